#include "bridge/session/places.hpp"

namespace bridge::session {
namespace {

// What the bridge says of itself to a child that it initialises on its own behalf.
constexpr std::string_view own_initialize_params =
    R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp-bridge","version":")"
    MCP_BRIDGE_VERSION R"("}})";

child::seat::handshake own_handshake() {
    return {.params = std::string(own_initialize_params), .announce = true};
}

places::opening failed(std::string failure, std::string refusal, bool at_limit) {
    places::opening out;
    out.failure = std::move(failure);
    out.refusal = std::move(refusal);
    out.at_limit = at_limit;
    return out;
}

}  // namespace

places::places(core::executor where, child::children& from, const core::limits& bounds, isolation kind, std::size_t warm,
               audience& clients)
    : where_(where), children_(from), bounds_(bounds), kind_(kind) {
    switch (kind_) {
        case isolation::session: children_.keep_warm(warm); break;
        case isolation::shared:
            // For the next one, when the child has ended.
            children_.keep_warm(warm);
            bridges_owner_ = std::make_shared<shared_child_owner>(&clients);
            shared_seat_ = child::seat::make(where_, children_, bounds_, own_handshake(), bridges_owner_);
            break;
        case isolation::request:
            // What one fresh child says of itself means nothing for the next.
            bridges_owner_ = std::make_shared<shared_child_owner>(nullptr);
            fresh_ = child::pool::make(where_, children_, bounds_, own_handshake(), warm);
            break;
    }
}

std::string places::objection() const {
    if (kind_ != isolation::session || children_.can_take()) return {};
    return "all " + std::to_string(bounds_.children) + " server processes that may run at once are running";
}

void places::give(const std::shared_ptr<session>& to, child::seat::handshake words) {
    switch (kind_) {
        case isolation::session:
            to->use_own(child::seat::make(where_, children_, bounds_, std::move(words), to));
            break;
        case isolation::shared: to->use_shared(shared_seat_, subscriptions_); break;
        case isolation::request: to->use_fresh(fresh_, bridges_owner_); break;
    }
}

core::task<places::opening> places::open(std::shared_ptr<session> of) {
    if (fresh_) co_return co_await learn_from_fresh_child();
    const std::shared_ptr<child::seat> place = of->place();
    child::seat::opening child = co_await child::seat::open(place);
    if (!child.to) co_return failed(std::move(child.failure), std::move(child.refusal), child.at_limit);
    opening out;
    out.result = place->initialize_result();
    co_return out;
}

core::task<places::opening> places::learn_from_fresh_child() {
    if (fresh_result_.empty()) {
        child::pool::grant given = co_await child::pool::open(fresh_, bridges_owner_);
        if (!given.place) co_return failed(std::move(given.failure), std::move(given.refusal), given.at_limit);
        fresh_result_ = given.place->initialize_result();
        given.place->close("its answer to initialize was all that was needed");
    }
    opening out;
    out.result = fresh_result_;
    co_return out;
}

core::task<std::string> places::try_child() {
    if (fresh_) {
        const opening learned = co_await learn_from_fresh_child();
        co_return learned.failure;
    }
    const auto place = shared_seat_ ? shared_seat_ : child::seat::make(where_, children_, bounds_, own_handshake(), {});
    const child::seat::opening outcome = co_await child::seat::open(place);
    if (!shared_seat_) place->close("the trial is over");
    co_return outcome.to ? std::string() : outcome.failure;
}

}  // namespace bridge::session
