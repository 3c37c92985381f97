// What clients of HTTP+SSE opened their sessions with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/limits.hpp"
#include "bridge/core/memory_budget.hpp"

namespace bridge::session {

/// Some clients that lose their stream come back to a new session and go on in it as if it were the old one, without
/// `initialize`. Their child is opened with what they said last. Bounded by `limits::handshakes` and
/// `limits::handshake_bytes`; those that were given longest ago make room.
class handshake_memory {
public:
    /// `bounds` must outlive it. `account` pays for what is kept; null for nobody.
    explicit handshake_memory(const core::limits& bounds, core::memory_account_ptr account = {})
        : bounds_(bounds), charge_(std::move(account), core::memory_use::handshake) {}

    /// Notes the raw params of the `initialize` that `program` (a User-Agent) gave for `principal`, in place of those it
    /// gave before.
    void note(std::string_view principal, std::string_view program, std::string params);

    /// The params that were noted last; empty if none are kept. They hold until the next `note`.
    std::string_view find(std::string_view principal, std::string_view program) const;

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    struct entry {
        std::string principal;
        std::string program;
        std::string params;

        bool is_of(std::string_view whose, std::string_view which) const { return principal == whose && program == which; }
        std::size_t size() const { return principal.size() + program.size() + params.size(); }
    };

    void erase(std::vector<entry>::iterator which);

    const core::limits& bounds_;
    std::vector<entry> entries_;  // the latest last; few, and looked at only when a session is opened
    std::size_t bytes_ = 0;
    core::memory_charge charge_;
};

}  // namespace bridge::session
