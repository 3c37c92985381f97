// The `initialize` params of clients of HTTP+SSE.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/limits.hpp"
#include "bridge/core/memory_charge.hpp"

namespace bridge::session {

/// Some clients that lose their stream open a new session, and continue in it without `initialize` as if it were the old one. The bridge opens their
/// child with the params of their last `initialize`. `limits::handshakes` and `limits::handshake_bytes` bound the memory; the oldest entries are
/// evicted.
class handshake_memory {
public:
    /// `bounds` must outlive it. `account` pays for the entries; null for none.
    explicit handshake_memory(const core::limits& bounds, core::memory_account_ptr account = {})
        : bounds_(bounds), charge_(std::move(account), core::memory_use::handshake) {}

    /// Records the raw params of the `initialize` that `program` (a User-Agent) sent for `principal`, and replaces the earlier ones.
    void record(std::string_view principal, std::string_view program, std::string params);

    /// The params that were recorded last; empty if there are none. The view is valid until the next `record`.
    std::string_view find(std::string_view principal, std::string_view program) const;

    std::size_t size() const { return entries_.size(); }
    std::size_t bytes() const { return bytes_; }

private:
    struct entry {
        std::string principal;
        std::string program;
        std::string params;

        bool is_of(std::string_view wanted_principal, std::string_view wanted_program) const {
            return principal == wanted_principal && program == wanted_program;
        }
        std::size_t size() const { return principal.size() + program.size() + params.size(); }
    };

    void erase(std::vector<entry>::iterator position);

    const core::limits& bounds_;
    std::vector<entry> entries_;  // the latest last; few, and searched only when a session is opened
    std::size_t bytes_ = 0;
    core::memory_charge charge_;
};

}  // namespace bridge::session
