// The assignment of children to sessions.
#pragma once

#include <memory>
#include <optional>
#include <set>
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

    virtual bool is_shared() const { return false; }

    /// True if the bridge initialises the children itself: then its clients agree on a revision with the bridge.
    virtual bool is_initialized_by_bridge() const { return true; }

    /// Why no session of `principal` can get a child at the moment, not even after a wait: the server keeps failing.
    virtual std::optional<child::refusal> refusal(std::string_view principal) const {
        static_cast<void>(principal);
        return children_.current_refusal();
    }

    /// The last failure of the server, as one sentence; empty if that failure is over.
    virtual std::string last_failure() const { return children_.trouble(); }

    /// Gives `client` its assignment. The session's own child, if it gets one, is opened with the handshake `words`.
    virtual void assign(const std::shared_ptr<session>& client, child::seat::handshake words) = 0;

    /// The sessions that subscribed to `uri`; empty unless sessions share a child.
    virtual std::set<std::string> subscribers(std::string_view uri) const {
        static_cast<void>(uri);
        return {};
    }

    /// Opens a child to find out whether it answers. A shared child runs on; any other child is ended after the test, and after a crash loop only
    /// when it has lived for the stable period. `last_failure` then shows whether the test failed.
    virtual core::task<void> try_child();

protected:
    assigner(core::executor executor, child::children& children, const core::limits& bounds)
        : executor_(executor), children_(children), bounds_(bounds) {}

    /// The `initialize` of the bridge itself.
    static child::seat::handshake own_words();

    core::executor executor_;
    child::children& children_;
    const core::limits& bounds_;
};

}  // namespace bridge::session
