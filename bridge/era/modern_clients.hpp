// All clients of the modern era.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/idle_clients.hpp"
#include "bridge/child/known_answer.hpp"
#include "bridge/era/background_tasks.hpp"
#include "bridge/era/modern_client.hpp"
#include "bridge/era/recent_clients.hpp"
#include "bridge/session/assigner.hpp"

namespace bridge::era {

/// The children of all clients. They must outlive the clients.
struct child_sources {
    session::assigner* usual;
    session::assigner* of_strangers;  ///< for requests without a key, which can be from different people
    session::assigner* of_capable;    ///< for clients that declare capabilities; null: as for other clients
};

/// Finds the client to whom a request belongs, by its principal and its profile, and makes one for the first request. A client that has sent nothing
/// for `limits::session_idle` is forgotten, together with its child.
class modern_clients final : public child::idle_clients, public session::audience {
public:
    /// `known` is the last answer of any child. `seal` seals the states of modern children. `bounds`, `memory` and these must outlive it.
    modern_clients(core::executor executor, child_sources sources, const child::known_answer& known, const core::limits& bounds,
                   core::memory_budget& memory, state_seal& seal);
    ~modern_clients() override;
    modern_clients(const modern_clients&) = delete;
    modern_clients& operator=(const modern_clients&) = delete;

    /// The client of `principal` with the raw capabilities `capabilities`.
    child::granted<std::shared_ptr<modern_client>> client_for(std::string_view principal, std::string_view capabilities);

    /// The client of `principal` that can continue the call that `state` (raw) names with a request whose digest is `repeated`; null if there is
    /// none.
    std::shared_ptr<modern_client> find_parked(std::string_view principal, std::string_view state, const core::digest& repeated) const;

    /// True if a client can come back only to this process for what `name` names, whoever the client is: a parked call, a task, or, by their mark,
    /// all sealed states, because nothing but an attempt shows which process can open one.
    bool keeps(std::string_view name) const;
    bool are_awaited() const;  ///< clients must come back to this process for a parked call, or for a task

    /// Returns the raw state of a modern child that the raw `sealed` holds for `principal` and the request with the digest `repeated`; nothing if it
    /// holds none.
    std::optional<std::string> child_state(std::string_view principal, std::string_view sealed, const core::digest& repeated) const;

    /// Returns the raw DiscoverResult for `client`; empty if nothing is known about the server yet. Waits for a child that is not started yet, for as
    /// long as clients wait for this answer; no child is started once `is_wanted` returns false. Then the answer of another child must do.
    [[nodiscard]] core::task<std::string> discover(std::shared_ptr<modern_client> client, std::function<bool()> is_wanted);
    std::string capabilities_of(const modern_client& client) const;  ///< the raw capabilities of the server that it can use, as far as they are known

    bool offer_tasks(std::string_view principal) const;  ///< true if it can have tasks: the bridge's, or those of one of its children

    /// The client of `principal` whose child has made the task `id`, and still runs: the one with the raw `capabilities` if it knows the task, and
    /// else the only one that does; null if there is none.
    std::shared_ptr<modern_client> find_maker(std::string_view principal, std::string_view capabilities, std::string_view id) const;

    /// The raw members of the state of the task `id` of `principal`, if its process has ended before it; empty otherwise.
    std::string lost_task(std::string_view principal, std::string_view id) const;

    background_tasks& tasks() { return tasks_; }  ///< the calls of all clients that have become tasks
    const background_tasks& tasks() const { return tasks_; }

    /// Waits until no task runs, neither the bridge's nor a child's, but not beyond `deadline`. Returns false if one runs then. To be called once,
    /// when no client can ask for its tasks any more.
    [[nodiscard]] core::task<bool> wait_for_tasks(core::clock::time_point deadline);

    /// Ends the streams of clients that listen, so that they connect to another instance.
    void end_listeners();

    /// Ends the clients that were idle for too long, and times out requests. To be called about once a second.
    void sweep(core::clock::time_point now);

    void list_idle(std::vector<child::idle_client>& out) const override;

    std::size_t count() const { return clients_.size(); }
    std::size_t count_requests() const;
    std::size_t count_parked() const;
    std::size_t count_listeners() const;

    // ---- as clients of a shared child

    void tell_all(const std::string& text) override;
    void tell_subscribers(const std::string& uri, const std::string& text) override;
    void tell_owner(const session::task_owners::task&, const jsonrpc::envelope&) override {}
    void on_task_changed(const jsonrpc::envelope& message) override;
    void on_lost_child(child::link& link) override;
    bool listens() const override { return count_listeners() != 0; }

private:
    session::assigner& source_for(std::string_view principal, const client_profile& profile) const;
    std::vector<mcp::server_capability> unserved_by(const modern_client& client) const;
    bool runs_task_of_child() const;
    static bool has_child_tasks(const modern_client& client);
    std::optional<child::refusal> make_room(std::string_view principal);
    bool pay_for(client_profile& profile, const core::memory_account_ptr& account);
    bool forget_large_one(std::string_view principal = {});
    void close(const std::string& key, const std::string& reason);
    void tell_of_task(std::string_view principal, const background_task& changed) const;

    core::executor executor_;
    child_sources sources_;
    const core::limits& bounds_;
    core::memory_budget& memory_;
    background_tasks tasks_;
    state_seal& seal_;
    std::map<std::string, std::shared_ptr<modern_client>, std::less<>> clients_;
    recent_clients recent_;
    const child::known_answer& known_;
};

}  // namespace bridge::era
