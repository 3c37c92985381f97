// All sessions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/child/idle_clients.hpp"
#include "bridge/session/assigner.hpp"
#include "bridge/session/handshake_memory.hpp"

namespace bridge::session {

/// The outcome of a client's successful `initialize`.
struct opened_session {
    std::shared_ptr<session> made;
    std::string result;  ///< the InitializeResult for the client, raw
};

class sessions final : public audience, public child::idle_clients {
public:
    /// Keeps `warm` children ready ahead of need. `children`, `bounds` and `memory` must outlive it.
    sessions(core::executor loop_executor, child::children& children, const core::limits& bounds, core::memory_budget& memory, isolation kind,
             std::size_t warm);

    /// Opens a session for `principal` with the raw params of its `initialize`. `begun`, if not null, is set to the session as soon as that exists,
    /// so that `session::close` can break off the opening; it must outlive the opening.
    [[nodiscard]] core::task<child::granted<opened_session>> open(std::string principal, std::string initialize_params,
                                                                  std::weak_ptr<session>* begun = nullptr);

    /// Makes a session of HTTP+SSE for `principal`, whose `program` (a User-Agent) has opened a stream and will send more later. `find` returns the
    /// session at once, but it has no assignment until `open` or `resume` makes one.
    child::granted<std::shared_ptr<session>> connect(std::string principal, std::string_view program);

    /// Opens a session that `connect` made, with the raw params of its client's `initialize`. The session gets its assignment at once; the coroutine
    /// waits for the child.
    [[nodiscard]] core::task<child::granted<opened_session>> open(std::shared_ptr<session> connected, std::string initialize_params);

    /// Assigns a child to a session that `connect` made, without `initialize`: its client has lost another session, and continues as if this were
    /// that session. The first use of the child repeats the last handshake of that program and principal.
    void resume(const std::shared_ptr<session>& connected);

    /// The session of that id if that principal opened it by that transport; null otherwise. For all other clients the session does not exist.
    std::shared_ptr<session> find(std::string_view id, std::string_view principal, transport used_transport) const;
    /// True if a session has that id, whoever opened it. Do not tell a client.
    bool has(std::string_view id) const { return sessions_.contains(id); }

    /// Ends a session: `find` no longer returns it, and its own child is stopped.
    void close(const session& closed, const std::string& reason);

    /// Ends the sessions that were idle for too long, and times out requests and messages in the others. To be called about once a second.
    void sweep(core::clock::time_point now);

    /// Ends the streams that have no end of their own, so that their clients connect to another instance. A stream that still has to carry answers
    /// ends after them.
    void end_general_streams();

    /// See `assigner::try_child`.
    core::task<void> try_child() { return assigner_->try_child(); }

    /// The refusal for a client that wants to open a session; see `assigner::refusal`.
    std::optional<child::refusal> refusal(std::string_view principal) const { return assigner_->refusal(principal); }

    /// See `assigner::last_failure`.
    std::string last_failure() const { return assigner_->last_failure(); }

    /// The source of the children, for clients of another era too. Those are `others`, which must outlive this object.
    assigner& source() { return *assigner_; }
    void set_other_clients(audience& others) { others_ = &others; }
    std::size_t count() const { return sessions_.size(); }
    void list_idle(std::vector<child::idle_client>& out) const override;

    /// The present counts, for metrics.
    struct census {
        std::size_t requests = 0;  ///< in flight
        std::size_t streams = 0;   ///< general streams that are read
        std::size_t asleep = 0;    ///< sessions whose child was ended to make room
    };
    census take_census() const;

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    class opening_session;

    std::optional<child::refusal> refuse_opening(std::string_view principal);
    std::string full_limit(std::string_view principal);
    std::size_t count_opening() const;
    bool make_room(const std::function<bool(const session&)>& may_go);
    void keep(const std::shared_ptr<session>& made);
    core::task<child::granted<opened_session>> open_connected(std::shared_ptr<session> connected, std::string initialize_params);
    child::granted<opened_session> conclude(std::shared_ptr<session> made, std::string result, std::string_view requested);
    void shed();
    void tell_all(const std::string& text) override;
    void tell_subscribers(const std::string& uri, const std::string& text) override;
    void tell_owner(const task_owners::task& task, const jsonrpc::envelope& notice) override;
    void on_task_changed(const jsonrpc::envelope& message) override;
    void on_lost_child(child::link& link) override;
    bool listens() const override;

    core::executor executor_;
    const core::limits& bounds_;
    core::memory_budget& memory_;
    std::unique_ptr<assigner> assigner_;
    audience* others_ = nullptr;
    std::unordered_map<std::string, std::shared_ptr<session>, text_hash, std::equal_to<>> sessions_;
    std::map<std::string, std::size_t, std::less<>> opening_;  // by principal: the number of sessions whose child is being started
    handshake_memory handshakes_;
};

}  // namespace bridge::session
