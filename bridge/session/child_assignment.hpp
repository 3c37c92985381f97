// The assignment of a session's calls to a child.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/child/child_slot.hpp"
#include "bridge/child/fair_share.hpp"
#include "bridge/session/child_settings.hpp"
#include "bridge/session/task_access.hpp"

namespace bridge::session {

/// Decides on which child the calls of one session run. Each isolation has an implementation of its own, made by its `assigner`; the session does not
/// know which implementation it has. For each call the session gets a link by `current`, or else by `acquire`. It then asks `occupy` whether the call
/// is admitted, and returns the link by `release` once the call is settled.
class child_assignment {
public:
    virtual ~child_assignment() = default;

    // ---- calls

    /// The link to a child that accepts a call at once; null if there is none.
    virtual std::shared_ptr<child::link> current() = 0;

    /// Waits for a link to a child that accepts a call, and starts a child if there is none. `close` may be called meanwhile. A call for which
    /// `is_wanted` returns false need not get one; an empty function means that it is always wanted.
    [[nodiscard]] virtual core::task<child::granted<std::shared_ptr<child::link>>> acquire(std::function<bool()> is_wanted = {}) = 0;

    /// Why no call can run at the moment, not even after a wait; nothing if one can.
    virtual std::optional<child::refusal> refusal() const = 0;

    /// Admits one call to `link`. Returns the part that the session's principal then holds; nothing if too many calls are in flight there.
    virtual std::optional<child::fair_share::part> occupy(const child::link& link) = 0;

    /// Why no child of this assignment can serve the request `message`, as the end of a sentence; null if one can.
    virtual const char* method_fault(const jsonrpc::envelope& message) const {
        static_cast<void>(message);
        return nullptr;
    }

    /// True if each call gets a child of its own, which ends with it.
    virtual bool has_child_for_each_call() const { return false; }

    /// True if no task can outlive the request that creates it: then the child must not get `params.task`.
    virtual bool ignores_tasks() const { return false; }

    /// The call for which `current` or `acquire` returned `link` is settled, or was never made. The link may be gone already.
    virtual void release(const child::link* link) { static_cast<void>(link); }

    // ---- the session

    /// Returns the child's answer to `initialize`, raw, and opens a child if the answer is not known yet. `close` may be called meanwhile. Starts no
    /// child once `is_wanted` returns false; an empty function means that the answer is wanted until `close`.
    [[nodiscard]] virtual core::task<child::granted<std::string>> learn_initialize_result(std::function<bool()> is_wanted) = 0;

    /// The answer of a child to `initialize`, raw, as far as it is known without a wait; empty otherwise.
    virtual std::string_view known_initialize_result() const { return {}; }

    /// The answer of a child of the modern era to `server/discover`, raw, if `known_initialize_result` is that of such a child; empty otherwise.
    virtual std::string_view known_discover_result() const { return {}; }

    /// The slot of the session's own child, which receives the client's notifications; null if the session has no child of its own.
    virtual child::child_slot* own() const { return nullptr; }

    /// The settings that clients have made in the child, and that the bridge repeats in its successor.
    virtual std::shared_ptr<child_settings> settings() const { return nullptr; }

    /// The access of the session to the child's tasks; null if all tasks belong to the session, or if there are none.
    virtual const task_access* tasks() const { return nullptr; }

    /// The client listens to its server: starts a child in the background if there is none.
    virtual void ensure() {}

    /// The session ends.
    virtual void close(const std::string& reason) { static_cast<void>(reason); }
};

}  // namespace bridge::session
