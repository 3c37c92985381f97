// An assignment to a fresh child for each call.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "bridge/child/pool.hpp"
#include "bridge/mcp/capabilities.hpp"
#include "bridge/session/child_assignment.hpp"

namespace bridge::session {

/// The children of one or more assignments. It outlives its assigner if an assignment still waits for a child.
struct fresh_source {
    std::shared_ptr<child::pool> pool;
    std::weak_ptr<child::slot_owner> owner;           ///< the owner of each slot in use
    std::shared_ptr<child::slot_owner> common_owner;  ///< the same, if several clients use the children; null if `owner` is their only client
    core::memory_charge charge{};                     ///< for the words of that client, and the answers of the children
    std::size_t words_bytes = 0;                      ///< of these words
    std::string initialize_result;                    ///< the children's answer to `initialize`, raw; empty until a child has answered

    /// Sets the pool of `source`. The answer of its first child is recorded, although the client may have left for which the child was opened.
    static void set_pool(const std::shared_ptr<fresh_source>& source, std::shared_ptr<child::pool> children);

    /// Keeps `result`, an answer to `initialize`, and pays for it.
    void record(std::string result);

    /// Returns `initialize_result`. If that is empty, first opens a child on behalf of `principal` to learn it, unless `is_wanted` returns false.
    [[nodiscard]] static core::task<child::granted<std::string>> learn(std::shared_ptr<fresh_source> source, std::string principal,
                                                                       std::function<bool()> is_wanted);
};

/// The capabilities that need a child which outlives a request.
std::span<const mcp::server_capability> unserved_by_fresh_children();

/// Returns an assignment of one client of `principal`. Each of its calls gets a child of `source`, which ends when the call is settled. `bounds` must
/// outlive the assignment.
std::shared_ptr<child_assignment> make_fresh_assignment(core::executor executor, std::shared_ptr<fresh_source> source, std::string principal,
                                                        const core::limits& bounds);

}  // namespace bridge::session
