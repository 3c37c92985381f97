// All sessions, and which child each one uses.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/child/log_throttle.hpp"
#include "bridge/session/assigner.hpp"
#include "bridge/session/handshake_memory.hpp"

namespace bridge::session {

/// What came of a client's `initialize`.
struct opened_session {
    std::shared_ptr<session> made;
    std::string result;  ///< the InitializeResult for the client, raw
};

class sessions final : public audience, public child::sleepers {
public:
    /// Keeps `warm` children ready ahead of need. `from`, `bounds`, `memory` must outlive it.
    sessions(core::executor where, child::children& from, const core::limits& bounds, core::memory_budget& memory, isolation kind, std::size_t warm);

    /// Opens a session for `principal` with the raw params of its `initialize`. `begun`, if given, must outlive that: it is set to the
    /// session as soon as there is one, so that its opening can be broken off by `session::close`.
    [[nodiscard]] core::task<child::granted<opened_session>> open(std::string principal, std::string initialize_params,
                                                                  std::weak_ptr<session>* begun = nullptr);

    /// Makes a session of HTTP+SSE for `principal`, whose `program` (a User-Agent) has opened a stream and says more
    /// later. It is known, but has no assignment until `open` or `resume` gives it one.
    child::granted<std::shared_ptr<session>> connect(std::string principal, std::string_view program);

    /// Opens a session that was connected with the raw params of its client's `initialize`. It has its place at once, what
    /// it gets is waited for.
    [[nodiscard]] core::task<child::granted<opened_session>> open(std::shared_ptr<session> connected, std::string initialize_params);

    /// Gives a session that was connected its place without `initialize`: its client has lost another one, and goes on as
    /// if this were it. The handshake that the same program of the same principal gave last is repeated, once the place
    /// is used.
    void resume(const std::shared_ptr<session>& connected);

    /// The session of that id if that principal opened it by that transport, null otherwise: for anybody else it does not
    /// exist.
    std::shared_ptr<session> find(std::string_view id, std::string_view principal, transport via) const;

    /// Ends a session: it is unknown at once, and its own child is stopped.
    void close(const session& which, const std::string& reason);

    /// To be called every second or so: ends the sessions that were idle for too long, and in the others what waited
    /// too long.
    void sweep(core::clock::time_point now);

    /// Ends the streams that would otherwise never end, so that their clients go elsewhere; those that have still to carry
    /// answers, after them.
    void end_general_streams();

    /// See `assigner::try_child`.
    core::task<void> try_child() { return assigner_->try_child(); }

    /// See `assigner::refusal`: what a client is told that would open a session.
    std::optional<child::refusal> refusal(std::string_view principal) const { return assigner_->refusal(principal); }

    /// See `assigner::last_failure`.
    std::string trouble() const { return assigner_->last_failure(); }

    std::size_t count() const { return sessions_.size(); }

    /// First that of a principal with many processes; then that of a client that seems to have left; then by what the session was used
    /// for, and the one that was idle for longest.
    bool put_one_to_sleep(const child::fair_share& shares, std::string_view principal, bool is_below_share) override;

    /// What is there at the moment, for metrics.
    struct census {
        std::size_t requests = 0;  ///< in flight
        std::size_t streams = 0;   ///< general streams that are read
        std::size_t asleep = 0;    ///< sessions that have given up their process
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
    std::chrono::milliseconds patience_with(const session& idle) const;
    void keep(const std::shared_ptr<session>& made);
    core::task<child::granted<opened_session>> open_connected(std::shared_ptr<session> connected, std::string initialize_params);
    child::granted<opened_session> conclude(std::shared_ptr<session> made, std::string result, std::string_view requested);
    void shed();
    void tell_all(const std::string& text) override;
    void tell_subscribers(const std::string& uri, const std::string& text) override;
    void tell_owner(const task_owners::task& task, const std::string& text) override;
    bool listens() const override;

    core::executor where_;
    const core::limits& bounds_;
    core::memory_budget& memory_;
    std::unique_ptr<assigner> assigner_;
    std::unordered_map<std::string, std::shared_ptr<session>, text_hash, std::equal_to<>> sessions_;
    std::map<std::string, std::size_t, std::less<>> opening_;  // by principal: sessions whose child is being started
    handshake_memory handshakes_;
    child::log_throttle sleep_log_;
};

}  // namespace bridge::session
