#include "bridge/session/sessions.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "bridge/core/log.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/session/shared_child.hpp"

namespace bridge::session {
namespace {

// What the bridge says of itself to a child that it initialises on its own behalf.
constexpr std::string_view own_initialize_params =
    R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp-bridge","version":")"
    MCP_BRIDGE_VERSION R"("}})";

child::seat::handshake own_handshake() {
    return {.params = std::string(own_initialize_params), .announce = true};
}

// What `protocolVersion` of `object`, raw, says; nothing if it is no string.
std::optional<std::string> version_in(std::string_view object) {
    const std::string_view raw = jsonrpc::find_member(object, "protocolVersion");
    if (!raw.starts_with('"')) return std::nullopt;
    return jsonrpc::decode_string(raw);
}

// The same as a revision; nothing if it is none that this bridge knows.
std::optional<mcp::revision> revision_in(std::string_view object) {
    const auto version = version_in(object);
    return version ? mcp::parse_revision(*version) : std::nullopt;
}

// `result` with the revision that was agreed on in place of the child's.
std::string with_revision(std::string_view result, mcp::revision agreed) {
    const std::string_view raw = jsonrpc::find_member(result, "protocolVersion");
    if (raw.empty()) return std::string(result);
    const auto start = static_cast<std::size_t>(raw.data() - result.data());
    std::string out(result.substr(0, start));
    out += '"';
    out += mcp::to_string(agreed);
    out += '"';
    out += result.substr(start + raw.size());
    return out;
}

}  // namespace

sessions::sessions(core::executor where, child::children& from, const core::limits& bounds, isolation kind,
                   std::size_t warm)
    : where_(where), children_(from), bounds_(bounds), kind_(kind) {
    switch (kind_) {
        case isolation::session: children_.keep_warm(warm); break;
        case isolation::shared:
            // For the next one, when the child has ended.
            children_.keep_warm(warm);
            shared_owner_ = std::make_shared<shared_child_owner>([this](const std::string& text) { tell_all(text); });
            shared_seat_ = child::seat::make(where_, children_, bounds_, own_handshake(), shared_owner_);
            break;
        case isolation::request:
            // What one fresh child says of its lists means nothing for the next.
            shared_owner_ = std::make_shared<shared_child_owner>([](const std::string&) {});
            fresh_ = child::pool::make(where_, children_, bounds_, own_handshake(), warm);
            break;
    }
}

// Why no session can be opened for `principal`, as one sentence; empty if one can. At a cap the session that was unused for
// longest makes room, if it was for long enough: clients that leave without a word must not lock out the others.
std::string sessions::objection(std::string_view principal) {
    const auto opening = opening_.find(principal);
    const auto is_own = [principal](const session& each) { return each.who().principal == principal; };
    auto of_principal = static_cast<std::size_t>(
        std::ranges::count_if(sessions_, [&](const auto& each) { return is_own(*each.second); }));
    if (opening != opening_.end()) of_principal += opening->second;
    if (of_principal >= bounds_.sessions_per_principal && !make_room(is_own)) {
        return "all " + std::to_string(bounds_.sessions_per_principal) + " sessions that one key may have open are open";
    }
    const auto is_any = [](const session&) { return true; };
    if (sessions_.size() + count_opening() >= bounds_.sessions && !make_room(is_any)) {
        return "all " + std::to_string(bounds_.sessions) + " sessions that may be open at once are open";
    }
    if (kind_ == isolation::session && !children_.can_take()) {
        // The child of a session that makes room takes a moment to end, so this client has to come again; then one more
        // must not have to go.
        const auto has_child = [](const session& each) { return each.place()->current() != nullptr; };
        const auto running = static_cast<std::size_t>(
            std::ranges::count_if(sessions_, [&](const auto& each) { return has_child(*each.second); }));
        if (children_.count() <= running + count_opening()) make_room(has_child);
        return "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
    }
    return {};
}

std::size_t sessions::count_opening() const {
    std::size_t total = 0;
    for (const auto& [who, count] : opening_) total += count;
    return total;
}

bool sessions::make_room(const std::function<bool(const session&)>& may_go) {
    const session* longest = nullptr;
    for (const auto& [id, each] : sessions_) {
        if (each->is_busy() || !may_go(*each)) continue;
        if (longest == nullptr || each->last_used() < longest->last_used()) longest = each.get();
    }
    if (longest == nullptr || core::clock::now() - longest->last_used() < bounds_.session_evict) return false;
    spdlog::info("a session of {} makes room for a new one", longest->who().principal);
    close(*longest, "the session was unused and made room for another");
    return true;
}

core::task<opened> sessions::open(std::string principal, std::string initialize_params) {
    opened outcome;
    outcome.failure = objection(principal);
    if (!outcome.failure.empty()) {
        outcome.at_limit = true;
        co_return outcome;
    }
    session::identity who{.id = core::random_token(),
                          .principal = principal,
                          .declared = mcp::client_capabilities::read(initialize_params)};
    const auto made = std::make_shared<session>(where_, std::move(who), bounds_, core::clock::now());
    make_place(made, initialize_params);
    ++opening_[principal];
    child::seat::opening child = co_await open_place(*made);
    if (--opening_[principal] == 0) opening_.erase(principal);
    if (!child.to && !child.failure.empty()) {
        outcome.failure = std::move(child.failure);
        outcome.refusal = std::move(child.refusal);
        outcome.at_limit = child.at_limit;
        co_return outcome;
    }
    co_return admit(made, initialize_params);
}

void sessions::make_place(const std::shared_ptr<session>& made, std::string_view initialize_params) {
    switch (kind_) {
        case isolation::session: {
            child::seat::handshake words{.params = std::string(initialize_params), .announce = false};
            made->use_own(child::seat::make(where_, children_, bounds_, std::move(words), made));
            break;
        }
        case isolation::shared: made->use_shared(shared_seat_); break;
        case isolation::request: made->use_fresh(fresh_, shared_owner_); break;
    }
}

// What `initialize` needs: the session's child, or what fresh children are known to answer. A failure has a text.
core::task<child::seat::opening> sessions::open_place(session& made) {
    if (!fresh_) co_return co_await child::seat::open(made.place());
    child::seat::opening outcome;
    if (fresh_result_.empty()) outcome.failure = co_await learn_from_fresh_child();
    co_return outcome;
}

core::task<std::string> sessions::learn_from_fresh_child() {
    child::pool::grant given = co_await child::pool::open(fresh_, shared_owner_);
    if (!given.place) co_return given.failure;
    fresh_result_ = given.place->initialize_result();
    given.place->close("its answer to initialize was all that was needed");
    co_return std::string();
}

opened sessions::admit(std::shared_ptr<session> made, std::string_view requested) {
    opened outcome;
    outcome.result = fresh_ ? fresh_result_ : made->place()->initialize_result();
    // A revision that this bridge does not know stays between the client and its own child.
    mcp::revision agreed = revision_in(outcome.result).value_or(mcp::revision::r2025_11_25);
    std::string version = version_in(outcome.result).value_or(std::string(mcp::to_string(agreed)));
    if (kind_ != isolation::session) {
        // The child agreed on a revision with the bridge; a client that asked for an older one gets that.
        agreed = std::min(agreed, revision_in(requested).value_or(agreed));
        outcome.result = with_revision(outcome.result, agreed);
        version = mcp::to_string(agreed);
    }
    made->agree(agreed, std::move(version));
    sessions_.emplace(made->who().id, made);
    spdlog::debug("session opened for {} at {}; {} open", made->who().principal, core::printable(made->version(), 64),
                  sessions_.size());
    outcome.made = std::move(made);
    return outcome;
}

std::shared_ptr<session> sessions::find(std::string_view id, std::string_view principal) const {
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second->who().principal != principal) return nullptr;
    return found->second;
}

void sessions::close(const session& which, const std::string& reason) {
    const auto found = sessions_.find(which.who().id);
    if (found == sessions_.end()) return;
    const std::shared_ptr<session> closing = std::move(found->second);
    sessions_.erase(found);
    closing->close(reason);
    spdlog::debug("session of {} closed: {}; {} open", closing->who().principal, reason, sessions_.size());
}

void sessions::sweep(core::clock::time_point now) {
    std::vector<std::shared_ptr<session>> idle;
    for (const auto& [id, each] : sessions_) {
        each->sweep(now);
        if (now - each->last_used() > bounds_.session_idle) idle.push_back(each);
    }
    for (const auto& each : idle) close(*each, "the session was idle for too long");
}

void sessions::end_general_streams() {
    for (const auto& [id, each] : sessions_) each->general()->end();
}

void sessions::tell_all(const std::string& text) {
    for (const auto& [id, each] : sessions_) {
        if (!each->general()->holds(text)) each->general()->push(text);
    }
}

core::task<std::string> sessions::try_child() {
    if (shared_seat_) {
        const child::seat::opening shared = co_await child::seat::open(shared_seat_);
        co_return shared.to ? std::string() : shared.failure;
    }
    if (fresh_) co_return co_await learn_from_fresh_child();
    const auto trial = child::seat::make(where_, children_, bounds_, own_handshake(), {});
    const child::seat::opening outcome = co_await child::seat::open(trial);
    trial->close("the trial is over");
    co_return outcome.to ? std::string() : outcome.failure;
}

}  // namespace bridge::session
