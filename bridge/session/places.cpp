#include "bridge/session/places.hpp"

#include "bridge/core/metrics.hpp"

namespace bridge::session {
namespace {

// What the bridge says of itself to a child that it initialises on its own behalf.
constexpr std::string_view own_initialize_params =
    R"({"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"mcp-bridge","version":")"
    MCP_BRIDGE_VERSION R"("}})";

child::seat::handshake own_handshake(bool is_shared = false) {
    return {.params = std::string(own_initialize_params), .announce = true, .is_own = true, .is_shared = is_shared};
}

}  // namespace

places::places(core::executor where, child::children& from, const core::limits& bounds, isolation kind, std::size_t warm,
               audience& clients)
    : where_(where), children_(from), bounds_(bounds), kind_(kind), settings_(std::make_shared<child_settings>(bounds)),
      tasks_(std::make_shared<task_owners>(bounds)), calls_(std::make_shared<child::fair_share>(bounds.exchanges_per_child)) {
    switch (kind_) {
        case isolation::session: children_.keep_warm(warm); break;
        case isolation::shared:
            // For the next one, when the child has ended.
            children_.keep_warm(warm);
            shared_owner_ = std::make_shared<shared_child_owner>(clients, settings_, tasks_);
            shared_seat_ = child::seat::make(where_, children_, bounds_, own_handshake(true), shared_owner_);
            break;
        case isolation::request:
            fresh_owner_ = std::make_shared<fresh_child_owner>();
            fresh_ = child::pool::make(where_, children_, bounds_, own_handshake(), warm);
            break;
    }
}

std::optional<child::refusal> places::refusal(std::string_view principal) const {
    if (fresh_) return fresh_result_.empty() ? fresh_->current_refusal(principal) : std::nullopt;
    return shared_seat_ ? shared_seat_->current_refusal() : children_.current_refusal();
}

std::string places::trouble() const {
    std::string of_all = children_.trouble();
    return of_all.empty() && shared_seat_ ? shared_seat_->trouble() : of_all;
}

void places::give(const std::shared_ptr<session>& to, child::seat::handshake words) {
    switch (kind_) {
        case isolation::session:
            to->use_own(child::seat::make(where_, children_, bounds_, std::move(words), to));
            break;
        case isolation::shared:
            shared_owner_->note_session();
            to->use_shared(shared_seat_, settings_, tasks_, calls_);
            break;
        case isolation::request: to->use_fresh(fresh_, fresh_owner_); break;
    }
}

core::task<child::granted<std::string>> places::open(std::shared_ptr<session> of) {
    if (fresh_) co_return co_await learn_from_fresh_child(of->who().principal);
    const std::shared_ptr<child::seat> place = of->place();
    const auto opened = co_await child::seat::open(place, child::when_full::wait_briefly);
    if (!opened) co_return opened.error();
    co_return place->initialize_result();
}

core::task<child::granted<std::string>> places::learn_from_fresh_child(std::string principal) {
    if (fresh_result_.empty()) {
        const auto fresh = co_await child::pool::open(fresh_, fresh_owner_, std::move(principal));
        if (!fresh) co_return fresh.error();
        fresh_result_ = (*fresh)->initialize_result();
        (*fresh)->close("its answer to initialize was all that was needed");
    }
    co_return fresh_result_;
}

core::task<void> places::try_child() {
    if (fresh_ && fresh_result_.empty()) {
        const auto learned = co_await learn_from_fresh_child({});
        if (!learned || !children_.is_on_probation()) co_return;
    }
    const auto place = shared_seat_ ? shared_seat_ : child::seat::make(where_, children_, bounds_, own_handshake(), {});
    const auto opened = co_await child::seat::open(place);
    if (!opened || shared_seat_) co_return;
    // One that was never asked anything shows only in that time whether it lives.
    if (children_.is_on_probation()) co_await children_.pause_until(core::clock::now() + bounds_.stable_after);
    place->close("the trial is over");
}

}  // namespace bridge::session
