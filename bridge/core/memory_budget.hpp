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

#include "bridge/core/bounded_log.hpp"
#include "bridge/core/memory_account.hpp"
#include "bridge/core/memory_measure.hpp"
#include "bridge/core/memory_use.hpp"

namespace bridge::core {

/// Bodies and messages of up to this size are never held back: small messages must pass while the budget is exhausted.
inline constexpr std::size_t small_message_bytes = 64 * 1024;

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

    /// True if connections hold no more than a quarter of the budget. Clients have shown no key when their heads arrive.
    bool has_room_for_heads() const { return used_for(memory_use::connection) <= limit_ / 4; }

    /// Records that a buffer of `account` could not get memory just now, or waits for it. The budget remembers this for some seconds.
    void record_want(const memory_account& account);

    /// True if a principal other than that of `account` has wanted memory lately.
    bool others_wait(const memory_account& account) const;

    /// Counts a measure, and logs it with `detail` (a sentence) unless the last such line is too recent.
    void report(memory_measure measure, std::string_view detail);

    /// Sets the function that is called when memory becomes free that was wanted: one call after each shortage. There is one such function
    /// at most.
    void on_room(std::function<void()> call) { on_room_ = std::move(call); }

    /// True once after each `worth_trimming` freed bytes.
    bool consume_trim();

private:
    friend class memory_charge;

    void change(memory_account& account, memory_use use, std::size_t old_bytes, std::size_t new_bytes);

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

}  // namespace bridge::core
