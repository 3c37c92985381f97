#include "bridge/session/sessions.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

#include "bridge/core/metrics.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/refusal_answer.hpp"

namespace bridge::session {
namespace {

// The params of the `initialize` for a client that sent none: the smallest that are valid.
constexpr std::string_view fallback_initialize_params =
    R"({"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"mcp-bridge","version":")" MCP_BRIDGE_VERSION R"("}})";

// Longer User-Agents distinguish no more programs.
constexpr std::size_t longest_program = 256;

// No revision has a longer name, even if all of it is escaped.
constexpr std::size_t longest_version = 256;

// The value of `raw`, the member `protocolVersion` of a handshake; nothing if it is no string.
std::optional<std::string> version_of(std::string_view raw) {
    if (!raw.starts_with('"') || raw.size() > longest_version) return std::nullopt;
    return jsonrpc::decode_string(raw);
}

// The revision that `raw` names; nothing if this bridge does not know it.
std::optional<mcp::revision> revision_of(std::string_view raw) {
    const auto version = version_of(raw);
    return version ? mcp::parse_revision(*version) : std::nullopt;
}

// `result` with the agreed revision in place of `raw`, the child's revision.
std::string with_revision(std::string_view result, std::string_view raw, mcp::revision agreed) {
    if (raw.empty()) return std::string(result);
    const auto start = static_cast<std::size_t>(raw.data() - result.data());
    std::string out(result.substr(0, start));
    out += '"';
    out += mcp::to_string(agreed);
    out += '"';
    out += result.substr(start + raw.size());
    return out;
}

// Counts the client's `initialize`, which began at `began`.
void record_initialize(const child::granted<opened_session>& opened, core::clock::time_point began) {
    const core::outcome outcome = opened ? core::outcome::answered : answer_to(opened.error(), refused_request::initialize).outcome;
    core::meters().count_request(static_cast<std::size_t>(mcp::request_kind::initialize), outcome, core::clock::now() - began);
}

}  // namespace

// A session whose child is being started. It is counted as long as the object lives.
class sessions::opening_session {
public:
    opening_session(std::map<std::string, std::size_t, std::less<>>& counts, const std::string& principal)
        : counts_(counts), mine_(counts.try_emplace(principal, 0).first) {
        ++mine_->second;
    }
    ~opening_session() {
        if (--mine_->second == 0) counts_.erase(mine_);
    }
    opening_session(const opening_session&) = delete;
    opening_session& operator=(const opening_session&) = delete;

private:
    std::map<std::string, std::size_t, std::less<>>& counts_;
    std::map<std::string, std::size_t, std::less<>>::iterator mine_;
};

sessions::sessions(core::executor loop_executor, child::children& children, const core::limits& bounds, core::memory_budget& memory, isolation kind,
                   std::size_t warm)
    : executor_(loop_executor), bounds_(bounds), memory_(memory), assigner_(assigner::make(loop_executor, children, bounds, kind, warm, *this)),
      handshakes_(bounds, memory.common()) {}

// Checks the limits on a new session of `principal`. Returns the limit that is reached, as one sentence; empty if there is none. At a limit the
// session that was unused for longest is closed to make room, if it was unused for long enough: clients that leave without DELETE must not lock out
// the others.
std::string sessions::full_limit(std::string_view principal) {
    const auto opening = opening_.find(principal);
    const auto is_own = [principal](const session& each) { return each.who().principal == principal; };
    auto of_principal = static_cast<std::size_t>(std::ranges::count_if(sessions_, [&](const auto& each) { return is_own(*each.second); }));
    if (opening != opening_.end()) of_principal += opening->second;
    if (of_principal >= bounds_.sessions_per_principal && !make_room(is_own)) {
        core::meters().count_hit(core::bound::principal_sessions);
        return "all " + std::to_string(bounds_.sessions_per_principal) + " sessions that one key may have open are open";
    }
    const auto is_any = [](const session&) { return true; };
    if (sessions_.size() + count_opening() >= bounds_.sessions && !make_room(is_any)) {
        core::meters().count_hit(core::bound::sessions);
        return "all " + std::to_string(bounds_.sessions) + " sessions that may be open at once are open";
    }
    return {};
}

// Why `principal` may open no session; nothing if it may.
std::optional<child::refusal> sessions::refuse_opening(std::string_view principal) {
    // Before another session is closed to make room: a session that gets no child needs no room.
    if (auto refused = assigner_->refusal(principal)) return refused;
    std::string limit = full_limit(principal);
    if (limit.empty()) return std::nullopt;
    return child::refusal::at_limit(std::move(limit));
}

std::size_t sessions::count_opening() const {
    std::size_t total = 0;
    for (const auto& [who, count] : opening_) total += count;
    return total;
}

bool sessions::make_room(const std::function<bool(const session&)>& may_go) {
    const session* chosen = nullptr;
    // First the sessions whose clients have left: over HTTP+SSE a client that has finished only closes its stream. Then the sessions that were never
    // used: behind a proxy nothing else shows that the client left before it learned of its session.
    const auto rank = [](const session& each) {
        return std::tuple(!each.is_left(), each.use().so_far() != session_use::extent::none, each.use().last_used());
    };
    const auto unused_since = core::clock::now() - bounds_.session_evict;
    for (const auto& [id, each] : sessions_) {
        if (each->is_busy() || !may_go(*each)) continue;
        if (!each->is_left() && each->use().last_used() > unused_since) continue;
        if (chosen == nullptr || rank(*each) < rank(*chosen)) chosen = each.get();
    }
    if (chosen == nullptr) return false;
    core::meters().count_hit(core::bound::session_evict);
    spdlog::info("a session of {} makes room for a new one", chosen->who().principal);
    close(*chosen, "the session was unused and made room for another");
    return true;
}

void sessions::list_idle(std::vector<child::idle_client>& out) const {
    for (const auto& [id, each] : sessions_) {
        if (!each->can_sleep()) continue;
        out.push_back({.principal = each->who().principal,
                       .is_left = each->is_left(),
                       .use = each->use().so_far(),
                       .since = each->use().idle_since(),
                       .fall_asleep = [idle = each.get()] { idle->sleep(); }});
    }
}

core::task<child::granted<opened_session>> sessions::open(std::string principal, std::string initialize_params, std::weak_ptr<session>* begun) {
    const auto began = core::clock::now();
    child::granted<opened_session> outcome;
    if (auto refused = refuse_opening(principal)) {
        outcome = std::move(*refused);
        record_initialize(outcome, began);
        co_return outcome;
    }
    session::identity who{.id = core::random_token(),
                          .principal = principal,
                          .declared = mcp::client_capabilities::read(initialize_params),
                          .asked_version = version_of(jsonrpc::find_member(initialize_params, "protocolVersion")).value_or(std::string())};
    const auto made = std::make_shared<session>(executor_, std::move(who), bounds_, core::clock::now(), memory_.account_of(principal));
    if (begun != nullptr) *begun = made;
    assigner_->assign(made, {.params = initialize_params, .announce = false});
    child::granted<std::string> answer;
    {
        const opening_session mine(opening_, principal);
        answer = co_await made->assignment()->learn_initialize_result({});
    }
    outcome = answer ? conclude(made, *std::move(answer), initialize_params) : answer.error();
    if (outcome) keep(made);
    record_initialize(outcome, began);
    co_return outcome;
}

child::granted<std::shared_ptr<session>> sessions::connect(std::string principal, std::string_view program) {
    if (auto refused = refuse_opening(principal)) return std::move(*refused);
    session::identity who{.id = core::random_token(),
                          .principal = std::move(principal),
                          .via = transport::http_sse,
                          .program = std::string(program.substr(0, longest_program))};
    core::memory_account_ptr account = memory_.account_of(who.principal);
    auto made = std::make_shared<session>(executor_, std::move(who), bounds_, core::clock::now(), std::move(account));
    keep(made);
    return made;
}

void sessions::keep(const std::shared_ptr<session>& made) {
    ++core::meters().sessions_opened;
    sessions_.emplace(made->who().id, made);
}

core::task<child::granted<opened_session>> sessions::open(std::shared_ptr<session> connected, std::string initialize_params) {
    connected->declare(mcp::client_capabilities::read(initialize_params));
    assigner_->assign(connected, {.params = initialize_params, .announce = false});
    return open_connected(std::move(connected), std::move(initialize_params));
}

core::task<child::granted<opened_session>> sessions::open_connected(std::shared_ptr<session> connected, std::string initialize_params) {
    const auto began = core::clock::now();
    const session::identity& who = connected->who();
    if (find(who.id, who.principal, who.via) == nullptr) co_return child::refusal::closed("the session has ended");
    const std::shared_ptr<child_assignment> assignment = connected->assignment();
    child::granted<std::string> answer = co_await assignment->learn_initialize_result({});
    if (connected->assignment() != assignment) co_return child::refusal::closed("the client initialised its session again");
    child::granted<opened_session> outcome;
    outcome = answer ? conclude(connected, *std::move(answer), initialize_params) : answer.error();
    record_initialize(outcome, began);
    if (outcome) handshakes_.record(who.principal, who.program, std::move(initialize_params));
    co_return outcome;
}

void sessions::resume(const std::shared_ptr<session>& connected) {
    const std::string_view last = handshakes_.find(connected->who().principal, connected->who().program);
    const std::string_view params = last.empty() ? fallback_initialize_params : last;
    connected->declare(mcp::client_capabilities::read(params));
    assigner_->assign(connected, {.params = std::string(params), .announce = true});
    spdlog::debug("a client of {} goes on without initialize, with {} handshake", connected->who().principal,
                  last.empty() ? "the bridge's own" : "its last");
}

// Concludes the opening of a session from `result`, the child's answer to `initialize`. Returns the answer for the client.
child::granted<opened_session> sessions::conclude(std::shared_ptr<session> made, std::string result, std::string_view requested) {
    // A revision that this bridge does not know is a matter between the client and its own child.
    const std::string_view raw = jsonrpc::find_member(result, "protocolVersion");
    mcp::revision agreed = revision_of(raw).value_or(mcp::revision::r2025_11_25);
    std::string version = version_of(raw).value_or(std::string(mcp::to_string(agreed)));
    if (assigner_->is_initialized_by_bridge()) {
        // The child agreed on a revision with the bridge. A client that asked for an older revision gets that.
        agreed = std::min(agreed, revision_of(jsonrpc::find_member(requested, "protocolVersion")).value_or(agreed));
        result = with_revision(result, raw, agreed);
        version = mcp::to_string(agreed);
    }
    if (version.size() > core::longest_version_bytes) {
        return child::refusal::failed("the server answered initialize with a protocolVersion of " + std::to_string(version.size()) + " bytes; " +
                                      std::to_string(core::longest_version_bytes) + " are allowed");
    }
    result = mcp::without_capabilities(result, assigner_->unserved_capabilities(made->who().is_anonymous()));
    made->agree(agreed, std::move(version));
    // A revision that only client and server know may define anything.
    const bool is_known = mcp::parse_revision(made->version()).has_value();
    spdlog::debug("session opened for {} at {}", made->who().principal, is_known ? made->version() : "a revision of its own");
    return opened_session{.made = std::move(made), .result = std::move(result)};
}

std::shared_ptr<session> sessions::find(std::string_view id, std::string_view principal, transport used_transport) const {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return nullptr;
    const session::identity& who = found->second->who();
    return who.principal == principal && who.via == used_transport ? found->second : nullptr;
}

void sessions::close(const session& closed, const std::string& reason) {
    const auto found = sessions_.find(closed.who().id);
    if (found == sessions_.end()) return;
    const std::shared_ptr<session> closing = std::move(found->second);
    sessions_.erase(found);
    closing->close(reason);
    spdlog::debug("session of {} closed: {}; {} open", closing->who().principal, reason, sessions_.size());
}

void sessions::sweep(core::clock::time_point now) {
    std::vector<std::shared_ptr<session>> idle;
    std::vector<std::shared_ptr<session>> abandoned;
    for (const auto& [id, each] : sessions_) {
        each->sweep(now);
        if (now - each->use().last_used() > bounds_.session_idle) idle.push_back(each);
        if (each->is_abandoned(now)) abandoned.push_back(each);
    }
    for (const auto& each : idle) {
        core::meters().count_hit(core::bound::session_idle);
        close(*each, "the session was idle for too long");
    }
    for (const auto& each : abandoned) {
        core::meters().count_hit(core::bound::sse_grace);
        close(*each, "the client did not come back to its stream");
    }
    if (memory_.is_tight()) shed();
}

// Drops what is kept for clients that are away, to make room for clients that are there. The principal that holds the most memory loses first, and of
// its sessions the one that was unused for longest.
void sessions::shed() {
    std::vector<session*> all;
    for (const auto& [id, each] : sessions_) all.push_back(each.get());
    std::unordered_map<const session*, std::size_t> held;
    for (const session* each : all) held[each] = each->payer() ? each->payer()->used() : 0;
    std::ranges::sort(all, {}, [&](const session* each) { return std::pair(~held[each], each->use().last_used()); });
    // A bounded amount in each second; more only if memory is still short then.
    const std::size_t enough = memory_.limit() / 8;
    std::size_t freed = 0;
    for (session* each : all) {
        if (freed >= enough) break;
        freed += each->shed();
    }
    if (freed == 0) return;
    memory_.report(core::memory_measure::backlog_dropped, std::to_string(freed) + " bytes kept for clients that are away were given up");
}

sessions::census sessions::take_census() const {
    census out;
    for (const auto& [id, each] : sessions_) {
        out.requests += each->calls().size();
        if (each->general()->has_reader()) ++out.streams;
        if (each->is_asleep()) ++out.asleep;
    }
    return out;
}

void sessions::end_general_streams() {
    for (const auto& [id, each] : sessions_) each->end_general_stream();
}

void sessions::tell_all(const std::string& text) {
    const std::size_t digest = stream::digest_of(text);
    for (const auto& [id, each] : sessions_) each->general()->push_once(text, digest);
    if (others_ != nullptr) others_->tell_all(text);
}

void sessions::tell_owner(const task_owners::task& task, const jsonrpc::envelope& notice) {
    auto to = sessions_.find(task.session);
    if (to == sessions_.end()) {
        to = std::ranges::find_if(
            sessions_, [&task](const auto& each) { return each.second->task_owner() == task.owner && each.second->general()->has_reader(); });
    }
    if (to == sessions_.end()) return;
    std::string text;
    jsonrpc::append_call(text, notice, {}, {});
    to->second->tell_of_task(notice, std::move(text));
}

void sessions::on_task_changed(const jsonrpc::envelope& message) {
    if (others_ != nullptr) others_->on_task_changed(message);
}

void sessions::on_lost_child(child::link& link) {
    if (others_ != nullptr) others_->on_lost_child(link);
}

bool sessions::listens() const {
    const bool listens = std::ranges::any_of(sessions_, [](const auto& each) { return each.second->general()->has_reader(); });
    return listens || (others_ != nullptr && others_->listens());
}

void sessions::tell_subscribers(const std::string& uri, const std::string& text) {
    const std::size_t digest = stream::digest_of(text);
    for (const std::string& id : assigner_->subscribers(uri)) {
        if (const auto which = sessions_.find(id); which != sessions_.end()) which->second->general()->push_once(text, digest);
    }
    if (others_ != nullptr) others_->tell_subscribers(uri, text);
}

}  // namespace bridge::session
