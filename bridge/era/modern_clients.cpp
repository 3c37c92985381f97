#include "bridge/era/modern_clients.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <vector>

#include "bridge/core/metrics.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/era/discover_result.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/era/task_inquiries.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/child_settings.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

// The C# SDK waits 5 s for the answer to `server/discover`, and other SDKs wait longer.
constexpr auto longest_wait_to_discover = 4s;

// Between two questions about the tasks of children, while the bridge stops.
constexpr auto pause_of_inquiries = 250ms;

// The tasks of the modern era are not those of the legacy era.
constexpr mcp::server_capability legacy_tasks{.name = "tasks"};

// The capabilities of clients have some hundred bytes. A client whose capabilities are longer is forgotten first when memory is short.
constexpr std::size_t longest_usual_profile = 4 * 1024;

// The answer to `initialize` that several coroutines wait for. It outlives the one that stops waiting first.
struct learning {
    learning(core::executor executor, std::function<bool()> is_client_here) : is_over(executor), is_wanted(std::move(is_client_here)) {}

    /// The client gets its reply now. If it is still here, it will need what another wait brings.
    void end_wait() {
        const bool is_here = is_wanted();
        is_wanted = [is_here] { return is_here; };
    }

    core::event is_over;
    std::function<bool()> is_wanted;
    std::string result;
};

core::task<void> learn(std::shared_ptr<modern_client> client, std::shared_ptr<learning> state) {
    const std::shared_ptr<session::child_assignment> assignment = client->assignment();
    std::function<bool()> is_wanted = [state] { return state->is_wanted(); };
    const child::granted<std::string> answer = co_await assignment->learn_initialize_result(std::move(is_wanted));
    if (answer) state->result = *answer;
    state->is_over.notify();
}

}  // namespace

modern_clients::modern_clients(core::executor executor, child_sources sources, const child::known_answer& known, const core::limits& bounds,
                               core::memory_budget& memory, state_seal& seal)
    : executor_(executor), sources_(sources), bounds_(bounds), memory_(memory), tasks_(executor, bounds, memory), seal_(seal), known_(known) {
    tasks_.on_change([this](std::string_view principal, const background_task& changed) { tell_of_task(principal, changed); });
}

modern_clients::~modern_clients() = default;

session::assigner& modern_clients::source_for(std::string_view principal, const client_profile& profile) const {
    if (sources_.of_capable != nullptr && !profile.key().empty()) return *sources_.of_capable;
    return principal == core::anonymous_principal ? *sources_.of_strangers : *sources_.usual;
}

child::granted<std::shared_ptr<modern_client>> modern_clients::client_for(std::string_view principal, std::string_view capabilities) {
    if (std::shared_ptr<modern_client> known = recent_.find(principal, capabilities)) return known;
    client_profile profile = client_profile::read(capabilities);
    session::assigner& source = source_for(principal, profile);
    // A child that the bridge initialises on its own behalf knows nothing of its clients.
    if (source.is_initialized_by_bridge()) profile = client_profile();
    std::string key = std::string(principal) + '\n' + profile.key();
    if (const auto found = clients_.find(key); found != clients_.end()) {
        recent_.remember(principal, capabilities, found->second);
        return found->second;
    }
    if (auto refused = make_room(principal)) return *std::move(refused);
    session::session_identity who{.id = core::random_token(), .principal = std::string(principal)};
    core::memory_account_ptr account = memory_.account_of(who.principal);
    const std::size_t bytes = profile.extensions.size();
    if (!pay_for(profile, account)) {
        memory_.report(core::memory_measure::message_refused, "a client with large capabilities was refused");
        return child::refusal::at_limit("the extensions among the client's capabilities have " + std::to_string(bytes) +
                                        " bytes. The bridge has no memory at the moment to keep more than " + std::to_string(longest_usual_profile) +
                                        " (--max-memory)");
    }
    // A failure of a child that was opened with the words of a client can be the client's fault.
    child::legacy_handshake words{.params = profile.initialize_params(), .announce = true, .is_own = profile.key().empty()};
    auto made = std::make_shared<modern_client>(executor_, std::move(who), std::move(profile), bounds_, seal_, std::move(account));
    made->assign(source.assign(made->who(), made, std::move(words)));
    clients_.emplace(std::move(key), made);
    return made;
}

// Pays for the profile of a new client. If memory is short, idle clients of the same principal with large profiles are forgotten for it. Returns
// false if there is no memory.
bool modern_clients::pay_for(client_profile& profile, const core::memory_account_ptr& account) {
    profile.charge = {account, core::memory_use::handshake};
    const std::size_t bytes = core::capacity_of(profile.extensions);
    while (bytes > longest_usual_profile && !profile.charge.may_grow_to(bytes)) {
        if (!forget_large_one(account->principal())) return false;
    }
    profile.charge.set(bytes);
    return true;
}

// Forgets the idle client of `principal`, empty for anybody, that was unused for longest of those with large profiles. Returns false if there is
// none.
bool modern_clients::forget_large_one(std::string_view principal) {
    auto chosen = clients_.end();
    for (auto each = clients_.begin(); each != clients_.end(); ++each) {
        const modern_client& one = *each->second;
        if (one.profile().charge.bytes() <= longest_usual_profile || one.is_busy()) continue;
        if (!principal.empty() && one.who().principal != principal) continue;
        if (chosen == clients_.end() || one.use().last_used() < chosen->second->use().last_used()) chosen = each;
    }
    if (chosen == clients_.end()) return false;
    close(std::string(chosen->first), "its client was unused, and the bridge has no memory for the client's capabilities");
    return true;
}

// Forgets a client if `principal`, or all together, have as many as may be kept: the one that was unused for longest, of the principal with the most.
// A client in use stays. One whose process may keep something for it stays until it was unused for `session_evict`, and so does a client of a
// principal that has fewer than `principal`. Returns a refusal if no client may go.
std::optional<child::refusal> modern_clients::make_room(std::string_view principal) {
    std::map<std::string_view, std::size_t> kept;
    for (const auto& [key, each] : clients_) ++kept[each->who().principal];
    const std::size_t own = kept[principal];
    const bool has_all = own >= bounds_.sessions_per_principal;
    if (!has_all && clients_.size() < bounds_.sessions) return std::nullopt;
    const auto unused_since = core::clock::now() - bounds_.session_evict;
    const auto may_go = [&](const modern_client& each) {
        const std::string& holder = each.who().principal;
        if (each.is_busy() || (has_all && holder != principal)) return false;
        return each.use().last_used() <= unused_since || (!each.has_own_child() && kept[holder] >= own);
    };
    const auto rank = [&](const modern_client& each) { return std::pair(~kept[each.who().principal], each.use().last_used()); };
    auto chosen = clients_.end();
    for (auto each = clients_.begin(); each != clients_.end(); ++each) {
        if (!may_go(*each->second)) continue;
        if (chosen == clients_.end() || rank(*each->second) < rank(*chosen->second)) chosen = each;
    }
    if (chosen == clients_.end()) {
        core::meters().count_hit(has_all ? core::bound::principal_sessions : core::bound::sessions);
        const std::string whose = has_all ? "one key may have " + std::to_string(bounds_.sessions_per_principal)
                                          : "all keys together may have " + std::to_string(bounds_.sessions);
        return child::refusal::at_limit(whose + " kinds of clients at once, and each of them has requests in flight or was used just now");
    }
    if (chosen->second->has_own_child()) core::meters().count_hit(core::bound::session_evict);
    close(std::string(chosen->first), "its client was unused and made room for another");
    return std::nullopt;
}

void modern_clients::close(const std::string& key, const std::string& reason) {
    const auto found = clients_.find(key);
    const std::shared_ptr<modern_client> closing = std::move(found->second);
    clients_.erase(found);
    recent_.forget_all();
    closing->close(reason);
}

core::task<std::string> modern_clients::discover(std::shared_ptr<modern_client> client, std::function<bool()> is_wanted) {
    std::string result(client->assignment()->known_initialize_result());
    if (result.empty()) {
        const auto state = std::make_shared<learning>(executor_, std::move(is_wanted));
        const core::coroutine_name named{"era.discover", "the client gets the answer that another client got, or none"};
        auto work = [client, state] { return learn(client, state); };
        core::spawn(executor_, named, std::move(work), [state] { state->is_over.notify(); });
        co_await state->is_over.wait_until(core::clock::now() + longest_wait_to_discover);
        state->end_wait();
        result = state->result;
    }
    std::string discovered(result.empty() ? known_.discovered() : client->assignment()->known_discover_result());
    if (result.empty()) result = known_.result();
    if (discovered.empty()) co_return discover_result(result, unserved_by(*client), tasks_.is_on());
    const bool has_child_tasks = !client->assignment()->ignores_tasks() && has_tasks_extension(jsonrpc::find_member(discovered, "capabilities"));
    co_return passed_discover_result(discovered, unserved_by(*client), tasks_.is_on() || has_child_tasks);
}

std::vector<mcp::server_capability> modern_clients::unserved_by(const modern_client& client) const {
    const std::span<const mcp::server_capability> of_isolation =
        source_for(client.who().principal, client.profile()).unserved_capabilities(client.who().is_anonymous());
    std::vector<mcp::server_capability> out(of_isolation.begin(), of_isolation.end());
    out.push_back(legacy_tasks);
    return out;
}

std::string modern_clients::capabilities_of(const modern_client& client) const {
    const std::string served = mcp::without_capabilities(client.assignment()->known_initialize_result(), unserved_by(client));
    return std::string(jsonrpc::find_member(served, "capabilities"));
}

bool modern_clients::has_child_tasks(const modern_client& client) {
    const std::string_view discovered = client.assignment()->known_discover_result();
    return !client.assignment()->ignores_tasks() && has_tasks_extension(jsonrpc::find_member(discovered, "capabilities"));
}

bool modern_clients::offer_tasks(std::string_view principal) const {
    if (tasks_.is_on()) return true;
    return std::ranges::any_of(clients_,
                               [principal](const auto& each) { return each.second->who().principal == principal && has_child_tasks(*each.second); });
}

// Children count their tasks, so those of two clients can have the same id.
std::shared_ptr<modern_client> modern_clients::find_maker(std::string_view principal, std::string_view capabilities, std::string_view id) const {
    const auto has_made = [id](modern_client& each) {
        const std::shared_ptr<child::link> maker = each.tasks_of_child().maker_of(id);
        return maker && maker == each.assignment()->current();
    };
    client_profile profile = client_profile::read(capabilities);
    if (source_for(principal, profile).is_initialized_by_bridge()) profile = client_profile();
    const auto own = clients_.find(std::string(principal) + '\n' + profile.key());
    if (own != clients_.end() && own->second->tasks_of_child().has(id)) return has_made(*own->second) ? own->second : nullptr;
    std::shared_ptr<modern_client> found;
    for (const auto& [key, each] : clients_) {
        if (each->who().principal != principal || !has_made(*each)) continue;
        if (found) return nullptr;
        found = each;
    }
    return found;
}

std::string modern_clients::lost_task(std::string_view principal, std::string_view id) const {
    std::string out;
    for (const auto& [key, each] : clients_) {
        if (out.empty() && each->who().principal == principal) out = each->tasks_of_child().failure_of(id);
    }
    return out;
}

bool modern_clients::runs_task_of_child() const {
    return std::ranges::any_of(clients_, [](const auto& each) { return each.second->tasks_of_child().are_running(); });
}

core::task<bool> modern_clients::wait_for_tasks(core::clock::time_point deadline) {
    const bool have_own_ended = co_await tasks_.wait_until_idle(deadline);
    core::event pause(executor_);
    task_inquiries inquiries;
    while (runs_task_of_child() && core::clock::now() < deadline) {
        for (const auto& [key, each] : clients_) inquiries.ask(each);
        co_await pause.wait_until(std::min(deadline, core::clock::now() + pause_of_inquiries));
    }
    co_return have_own_ended && !runs_task_of_child();
}

void modern_clients::end_listeners() {
    for (const auto& [key, each] : clients_) each->end_listeners();
}

void modern_clients::tell_all(const std::string& text) {
    const auto message = jsonrpc::read_envelope(text, bounds_.json_depth);
    for (const auto& [key, each] : clients_) each->on_change(std::get<jsonrpc::envelope>(message));
}

void modern_clients::on_task_changed(const jsonrpc::envelope& message) {
    for (const auto& [key, each] : clients_) each->on_change(message);
}

void modern_clients::on_lost_child(child::link& link) {
    for (const auto& [key, each] : clients_) each->on_lost_child(link);
}

void modern_clients::tell_of_task(std::string_view principal, const background_task& changed) const {
    for (const auto& [key, each] : clients_) {
        if (each->who().principal == principal) each->listening().on_task(changed);
    }
}

// The subscriptions are those of one shared child. They are searched once, and the notification is read once, however many clients there are.
void modern_clients::tell_subscribers(const std::string& uri, const std::string& text) {
    const auto read = jsonrpc::read_envelope(text, bounds_.json_depth);
    const auto& message = std::get<jsonrpc::envelope>(read);
    std::string raw_uri;
    jsonrpc::append_string(raw_uri, uri);
    std::shared_ptr<session::child_settings> settings;
    std::set<std::string> receivers;
    for (const auto& [key, each] : clients_) {
        if (each->listening().empty() || each->assignment()->own() != nullptr) continue;
        if (each->assignment()->settings() != settings) {
            settings = each->assignment()->settings();
            receivers = settings ? settings->subscribed().receivers(uri) : std::set<std::string>();
        }
        each->listening().on_updated(receivers, message, raw_uri);
    }
}

void modern_clients::sweep(core::clock::time_point now) {
    std::vector<std::string> idle;
    for (const auto& [key, each] : clients_) {
        each->sweep(now);
        tasks_.take_over(*each, now);
        if (now - each->use().last_used() > bounds_.session_idle) idle.push_back(key);
    }
    tasks_.sweep(now);
    for (const std::string& key : idle) {
        core::meters().count_hit(core::bound::session_idle);
        close(key, "its client was idle for too long");
    }
    if (memory_.is_tight()) static_cast<void>(forget_large_one());
}

void modern_clients::list_idle(std::vector<child::idle_client>& out) const {
    for (const auto& [key, each] : clients_) {
        if (!each->can_sleep()) continue;
        out.push_back({.principal = each->who().principal,
                       .is_left = each->is_left(),
                       .use = each->use().so_far(),
                       .since = each->use().idle_since(),
                       .fall_asleep = [idle = each.get()] { idle->sleep(); }});
    }
}

std::shared_ptr<modern_client> modern_clients::find_parked(std::string_view principal, std::string_view state, const core::digest& repeated) const {
    const auto found = std::ranges::find_if(
        clients_, [&](const auto& each) { return each.second->who().principal == principal && each.second->can_resume(state, repeated); });
    return found == clients_.end() ? nullptr : found->second;
}

std::optional<std::string> modern_clients::child_state(std::string_view principal, std::string_view sealed, const core::digest& repeated) const {
    return seal_.open(sealed, {.principal = principal, .request = repeated}, state_seal::clock::now());
}

bool modern_clients::keeps(std::string_view name) const {
    const auto is_of = [name](const auto& each) {
        child_tasks& tasks = each.second->tasks_of_child();
        return each.second->parked().request_of(name) != nullptr || tasks.maker_of(name) != nullptr || !tasks.failure_of(name).empty();
    };
    return name == state_seal::mark || tasks_.has(name) || std::ranges::any_of(clients_, is_of);
}

bool modern_clients::are_awaited() const {
    const auto is_awaited = [](const auto& each) { return each.second->parked().has_states() || each.second->tasks_of_child().are_running(); };
    return tasks_.are_awaited() || std::ranges::any_of(clients_, is_awaited);
}

std::size_t modern_clients::count_listeners() const {
    std::size_t out = 0;
    for (const auto& [key, each] : clients_) out += each->listening().size();
    return out;
}

std::size_t modern_clients::count_parked() const {
    std::size_t out = 0;
    for (const auto& [key, each] : clients_) out += each->parked().count_waiting();
    return out;
}

std::size_t modern_clients::count_requests() const {
    std::size_t out = 0;
    for (const auto& [key, each] : clients_) out += each->calls().size();
    return out;
}

}  // namespace bridge::era
