#include "bridge/session/sessions.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "bridge/core/log.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

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

sessions::sessions(core::executor where, child::children& from, const core::limits& bounds, isolation kind)
    : where_(where), children_(from), bounds_(bounds), kind_(kind) {
    if (kind_ != isolation::shared) return;
    shared_owner_ = std::make_shared<shared_child_owner>();
    shared_seat_ = child::seat::make(where_, children_, bounds_, own_handshake(), shared_owner_);
}

core::task<opened> sessions::open(std::string principal, std::string initialize_params) {
    opened outcome;
    if (sessions_.size() + opening_ >= bounds_.sessions) {
        outcome.failure = "all " + std::to_string(bounds_.sessions) + " sessions that may be open at once are open";
        outcome.at_limit = true;
        co_return outcome;
    }
    const bool shared = kind_ == isolation::shared;
    if (!shared && children_.count() >= bounds_.children) {
        outcome.failure = "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
        outcome.at_limit = true;
        co_return outcome;
    }
    std::shared_ptr<child::seat_owner> owner;
    std::shared_ptr<child::seat> place = shared_seat_;
    if (!shared) {
        owner = std::make_shared<private_child_owner>(mcp::client_capabilities::read(initialize_params));
        child::seat::handshake words{.params = initialize_params, .announce = false};
        place = child::seat::make(where_, children_, bounds_, std::move(words), owner);
    }
    ++opening_;
    child::seat::opening child = co_await child::seat::open(place);
    --opening_;
    if (!child.to) {
        outcome.failure = std::move(child.failure);
        outcome.refusal = std::move(child.refusal);
        co_return outcome;
    }
    co_return admit(std::move(principal), initialize_params, std::move(place), std::move(owner));
}

opened sessions::admit(std::string principal, std::string_view requested, std::shared_ptr<child::seat> place,
                       std::shared_ptr<child::seat_owner> owner) {
    opened outcome;
    outcome.result = place->initialize_result();
    // A revision that this bridge does not know stays between the client and its own child.
    mcp::revision agreed = revision_in(outcome.result).value_or(mcp::revision::r2025_11_25);
    std::string version = version_in(outcome.result).value_or(std::string(mcp::to_string(agreed)));
    if (owner == nullptr) {
        // The shared child agreed on a revision with the bridge; a client that asked for an older one gets that.
        agreed = std::min(agreed, revision_in(requested).value_or(agreed));
        outcome.result = with_revision(outcome.result, agreed);
        version = mcp::to_string(agreed);
    }
    session::identity who{.id = core::random_token(),
                          .principal = std::move(principal),
                          .revision = agreed,
                          .version = std::move(version)};
    outcome.made = std::make_shared<session>(std::move(who), std::move(place), std::move(owner), bounds_,
                                             core::clock::now());
    sessions_.emplace(outcome.made->who().id, outcome.made);
    spdlog::debug("session opened for {} at {}; {} open", outcome.made->who().principal,
                  core::printable(outcome.made->who().version, 64), sessions_.size());
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

void sessions::expire(core::clock::time_point now) {
    std::vector<std::shared_ptr<session>> idle;
    for (const auto& [id, each] : sessions_) {
        if (!each->is_busy() && now - each->last_used() > bounds_.session_idle) idle.push_back(each);
    }
    for (const auto& each : idle) close(*each, "the session was idle for too long");
}

core::task<std::string> sessions::try_child() {
    if (shared_seat_) {
        const child::seat::opening shared = co_await child::seat::open(shared_seat_);
        co_return shared.to ? std::string() : shared.failure;
    }
    const auto trial = child::seat::make(where_, children_, bounds_, own_handshake(), {});
    const child::seat::opening outcome = co_await child::seat::open(trial);
    trial->close("the trial is over");
    co_return outcome.to ? std::string() : outcome.failure;
}

}  // namespace bridge::session
