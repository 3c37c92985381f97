// The assignment of children to sessions.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "bridge/session/session.hpp"
#include "bridge/session/shared_child.hpp"

namespace bridge::session {

enum class isolation {
    session,  ///< one child per session; the client's own `initialize` opens it
    shared,   ///< one child for all sessions, initialised by the bridge, which declares no client capabilities
    request,  ///< a fresh child for every request, initialised by the bridge in the same way
};

/// Decides where the calls of each session run. Each isolation has an implementation of its own.
class assigner {
public:
    /// Keeps `warm` children ready ahead of need. All must outlive it.
    static std::unique_ptr<assigner> make(core::executor executor, child::children& children, const core::limits& bounds, isolation kind,
                                          std::size_t warm, audience& clients);

    virtual ~assigner() = default;
    assigner(const assigner&) = delete;
    assigner& operator=(const assigner&) = delete;

    /// The capabilities of the server that no client of this isolation can use; `is_anonymous`: the bridge cannot tell the client from others. The
    /// client is not shown them, and `child_assignment::method_fault` refuses the requests that need them.
    virtual std::span<const mcp::server_capability> unserved_capabilities(bool is_anonymous) const {
        static_cast<void>(is_anonymous);
        return {};
    }

    /// True if the bridge initialises the children itself: then its clients agree on a revision with the bridge.
    virtual bool is_initialized_by_bridge() const { return true; }

    /// Why no session of `principal` can get a child at the moment, not even after a wait: the server keeps failing.
    virtual std::optional<child::refusal> refusal(std::string_view principal) const {
        static_cast<void>(principal);
        return children_.current_refusal();
    }

    /// The last failure of the server, as one sentence; empty if that failure is over.
    virtual std::string last_failure() const { return children_.health().unresolved_failure(); }

    /// Gives `client` its assignment. The session's own child, if it gets one, is opened with the handshake `words`.
    virtual void assign(const std::shared_ptr<session>& client, child::legacy_handshake words) = 0;

    /// Returns an assignment for a client of another era than the legacy one, which has no session. `owner`, which the assignment does not keep
    /// alive, is the owner of the client's own child, if it gets one; that child is opened with the handshake `words`.
    virtual std::shared_ptr<child_assignment> assign(const session_identity& client, std::weak_ptr<child::slot_owner> owner,
                                                     child::legacy_handshake words) = 0;

    /// The sessions that subscribed to `uri`; empty unless sessions share a child.
    virtual std::set<std::string> subscribers(std::string_view uri) const {
        static_cast<void>(uri);
        return {};
    }

    /// Opens a child to find out whether it answers. A shared child runs on, and a pool keeps the child if it lacks one. Any other child is ended
    /// after the test, and after a crash loop only when it has lived for the stable period or a client waits. `last_failure` then shows whether the
    /// test failed.
    virtual core::task<void> try_child();

protected:
    assigner(core::executor executor, child::children& children, const core::limits& bounds)
        : executor_(executor), children_(children), bounds_(bounds) {}

    /// The `initialize` of the bridge itself.
    static child::legacy_handshake own_words();

    core::executor executor_;
    child::children& children_;
    const core::limits& bounds_;
};

}  // namespace bridge::session
