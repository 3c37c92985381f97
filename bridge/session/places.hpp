// Which child serves whom.
#pragma once

#include <memory>
#include <string>

#include "bridge/session/session.hpp"
#include "bridge/session/shared_child.hpp"

namespace bridge::session {

enum class isolation {
    session,  ///< one child per session; the client's own `initialize` opens it
    shared,   ///< one child for everyone, initialised by the bridge, which declares no client capabilities
    request,  ///< a fresh child for every request, initialised by the bridge in the same way
};

/// Gives sessions the place where their calls run.
class places {
public:
    /// Keeps `warm` children ready ahead of need. All must outlive it.
    places(core::executor where, child::children& from, const core::limits& bounds, isolation kind, std::size_t warm,
           audience& clients);

    bool is_shared() const { return kind_ == isolation::shared; }

    /// True if the bridge itself initialises the children: then its clients agree on a revision with the bridge.
    bool are_the_bridges() const { return kind_ != isolation::session; }

    /// Why no session of `principal` can get one at the moment, not even by waiting: the server keeps failing.
    std::optional<child::refusal> refusal(std::string_view principal) const;

    /// Why the server is not to be relied on, as one sentence; empty if its last failure is over.
    std::string trouble() const;

    /// Gives `to` its place; a child that is its own will be opened with `words`.
    void give(const std::shared_ptr<session>& to, child::seat::handshake words);

    /// Opens the place of `of`, as far as that is needed to know what its child answers to `initialize`: that, raw.
    [[nodiscard]] core::task<child::granted<std::string>> open(std::shared_ptr<session> of);

    /// Who subscribed to which resources of a shared child.
    const subscriptions& subscribed() const { return settings_->subscribed(); }

    /// Opens a child to see whether one answers: the shared one to stay, otherwise one that is ended again; after a crash
    /// loop only when it has lived for the stable period. `trouble` then says what came of it.
    core::task<void> try_child();

private:
    core::task<child::granted<std::string>> learn_from_fresh_child(std::string principal);

    core::executor where_;
    child::children& children_;
    const core::limits& bounds_;
    isolation kind_;
    std::shared_ptr<shared_child_owner> shared_owner_;  // isolation shared
    std::shared_ptr<child::seat> shared_seat_;
    std::shared_ptr<child_settings> settings_;          // of it
    std::shared_ptr<task_owners> tasks_;                // of it
    std::shared_ptr<child::fair_share> calls_;          // in flight on it
    std::shared_ptr<fresh_child_owner> fresh_owner_;    // isolation request
    std::shared_ptr<child::pool> fresh_;
    std::string fresh_result_;                          // what its children answer to initialize
};

}  // namespace bridge::session
