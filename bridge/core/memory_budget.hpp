// One budget for all memory whose size clients and children choose.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/core/bounded_log.hpp"

namespace bridge::core {

/// The purposes of charged buffers.
enum class memory_use : unsigned char {
    connection,  ///< heads of requests, and the buffer that a connection keeps for its next reply
    request_body,
    child_line,   ///< a message of a child that is being received or parsed
    child_input,  ///< messages that wait for a child to read them
    stream,       ///< messages and answers that wait for a client to read them
    replay,       ///< events kept for replay to clients that lose their connection
    handshake,    ///< the texts of `initialize` requests and answers
    reply,        ///< bytes that a slow client has not read yet
    request,      ///< ids and tokens of requests in flight, of clients and of children
    count_
};

std::string_view name_of(memory_use use);

/// The measures that the bridge takes when the budget is exhausted.
enum class memory_measure : unsigned char {
    body_refused,     ///< a new large body got 503 and was not read
    body_ended,       ///< a body in progress got 503 after it had waited
    line_refused,     ///< a child's large message counted as over `--max-line-size`
    stream_cut,       ///< a stream was closed whose client had read nothing for the longest time
    message_refused,  ///< a message or an answer was not kept for a slow client
    backlog_dropped,  ///< replayable events and messages for clients that are away were dropped
    count_
};

std::string_view name_of(memory_measure measure);

/// Bodies and messages of up to this size are never held back: small messages must pass while the budget is exhausted.
inline constexpr std::size_t small_message_bytes = 64 * 1024;

class memory_budget;

/// The memory that one principal holds.
class memory_account {
public:
    memory_account(memory_budget& budget, std::string principal) : budget_(budget), principal_(std::move(principal)) {}

    memory_budget& budget() const { return budget_; }
    const std::string& principal() const { return principal_; }
    std::size_t used() const { return used_; }

private:
    friend class memory_budget;
    friend class memory_charge;

    memory_budget& budget_;
    std::string principal_;
    std::size_t used_ = 0;
};

using memory_account_ptr = std::shared_ptr<memory_account>;

/// Counts charged bytes and reports when there are too many. The budget refuses nothing itself: the owner of a buffer asks it and acts. A
/// quarter of the budget is a reserve, so that one large request in progress can always be received to its end. The budget must outlive all
/// accounts and charges.
class memory_budget {
public:
    /// `limit` in bytes; 0 for no limit.
    explicit memory_budget(std::size_t limit);
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    /// Returns the account of `principal`. All callers share one account as long as any of them holds it.
    memory_account_ptr account_of(std::string_view principal);

    /// The account for memory that belongs to no single principal.
    const memory_account_ptr& common() const { return common_; }

    std::size_t limit() const { return limit_; }
    std::size_t used() const { return used_; }
    std::size_t used_for(memory_use use) const { return by_use_[static_cast<std::size_t>(use)]; }

    /// True if a large buffer could not grow within the last seconds, or could not grow now.
    bool is_tight() const;

    /// True if the reserve is used up too. Then the bridge keeps nothing at all for slow clients.
    bool is_full() const { return used_ >= limit_; }

    /// True if a large buffer of `account` may grow by `more` bytes. A principal may hold more than half of the budget only while no other
    /// principal waits for memory.
    bool has_room(const memory_account& account, std::size_t more) const {
        return used_ + more <= most_usual_ && (account.used_ + more <= limit_ / 2 || !others_wait(account));
    }

    /// True if the reserve has room for `more` bytes of the one large request that may use it.
    bool has_reserve(std::size_t more) const { return used_ + more <= limit_; }

    /// Records that a buffer of `account` could not get memory just now, or waits for it. The budget remembers this for some seconds.
    void note_want(const memory_account& account);

    /// True if a principal other than that of `account` has wanted memory lately.
    bool others_wait(const memory_account& account) const;

    /// Counts a measure, and logs it with `detail` (a sentence) unless the last such line is too recent.
    void report(memory_measure measure, std::string_view detail);

    /// Sets the function that is called when memory becomes free that was wanted: one call after each shortage. There is one such function
    /// at most.
    void on_room(std::function<void()> call) { on_room_ = std::move(call); }

    /// True once after each `worth_trimming` freed bytes.
    bool take_trim();

private:
    friend class memory_charge;

    void change(memory_account& account, memory_use use, std::size_t before, std::size_t after);

    static constexpr std::size_t worth_trimming = 16 * 1024 * 1024;

    struct want {
        const memory_account* account = nullptr;
        std::int64_t second = 0;
    };

    std::size_t limit_;
    std::size_t most_usual_;  // the limit without the reserve
    std::size_t used_ = 0;
    std::size_t freed_ = 0;  // since the last trim
    std::array<std::size_t, static_cast<std::size_t>(memory_use::count_)> by_use_{};
    std::map<std::string, std::weak_ptr<memory_account>, std::less<>> accounts_;
    std::size_t purge_at_ = 64;
    memory_account_ptr common_;
    std::array<want, 2> wants_{};  // the latest two principals that wanted memory
    bool is_wanted_ = false;       // memory was wanted since the last call of `on_room_`
    std::array<bounded_log, static_cast<std::size_t>(memory_measure::count_)> logs_;
    std::function<void()> on_room_;
};

/// Charges the capacity of one buffer, or of several buffers of one owner. Keep the charge beside the buffer: it moves with the buffer, and
/// its destruction returns the bytes to the budget. A charge without an account charges nothing.
class memory_charge {
public:
    memory_charge() = default;
    memory_charge(memory_account_ptr account, memory_use use) : account_(std::move(account)), use_(use) {}
    ~memory_charge() { set(0); }

    memory_charge(memory_charge&& other) noexcept : account_(std::move(other.account_)), use_(other.use_), bytes_(std::exchange(other.bytes_, 0)) {}
    memory_charge& operator=(memory_charge&& other) noexcept {
        std::swap(account_, other.account_);
        std::swap(use_, other.use_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    /// Sets the current capacity of the buffer.
    void set(std::size_t bytes) {
        if (bytes != bytes_) change(bytes);
    }
    std::size_t bytes() const { return bytes_; }

    /// True if a large buffer, or one that becomes large, may grow to `bytes`.
    bool may_grow_to(std::size_t bytes) const;

    /// True if not even small messages may be added.
    bool is_full() const { return account_ && account_->budget().is_full(); }

    const memory_account_ptr& account() const { return account_; }

    /// From now on the principal of `account` pays for the buffer.
    void pay_from(memory_account_ptr account);

private:
    void change(std::size_t bytes);

    memory_account_ptr account_;
    memory_use use_ = memory_use::connection;
    std::size_t bytes_ = 0;
};

/// The memory that a string costs: 0 while the string is so short that it needs no buffer of its own.
inline std::size_t capacity_of(const std::string& text) {
    constexpr std::size_t inside = 15;
    return text.capacity() <= inside ? 0 : text.capacity();
}

}  // namespace bridge::core
