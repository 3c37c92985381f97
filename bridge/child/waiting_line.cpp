#include "bridge/child/waiting_line.hpp"

#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

// The value of Retry-After for a request that may not even wait: the smallest possible.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

// While the line is full, a client that has left keeps its place for no longer.
constexpr std::chrono::milliseconds look_interval{20};

std::string so_many_wait(std::size_t count) {
    return std::to_string(count) + " requests wait for a server process already";
}

}  // namespace

waiting_line::place::place(waiting_line& line, std::string principal, std::function<bool()> is_wanted, std::function<void(refusal)> leave)
    : claim(line.places_, std::move(principal)), is_wanted_(std::move(is_wanted)), leave_(std::move(leave)) {}

// The request can be destroyed while it is told.
void waiting_line::place::dismiss(refusal reason) {
    if (!leave()) return;
    const std::function<void(refusal)> tell = std::exchange(leave_, {});
    tell(std::move(reason));
}

bool waiting_line::place::is_still_wanted() {
    if (!is_wanted_ || is_wanted_()) return true;
    dismiss(refusal::failed("the client has left"));
    return false;
}

// The request that must leave the full line for one of `newcomer`; null if that may not join.
waiting_line::place* waiting_line::refused_by(std::string_view newcomer) const {
    return static_cast<place*>(places_.to_refuse(newcomer));
}

// Drops the unwanted requests if the line is full, but not at each arrival.
void waiting_line::make_room() {
    const auto now = core::clock::now();
    if (!is_full() || now < next_look_) return;
    next_look_ = now + look_interval;
    drop_unwanted();
}

std::optional<refusal> waiting_line::refusal_of(std::string_view newcomer) {
    make_room();
    if (!is_full() || refused_by(newcomer) != nullptr) return std::nullopt;
    core::meters().count_hit(core::bound::waiting_requests);
    return refusal::at_limit(so_many_wait(places_.size()), when_to_come_again);
}

std::optional<refusal> waiting_line::admit(std::string_view newcomer) {
    if (auto refused = refusal_of(newcomer)) return refused;
    if (!is_full()) return std::nullopt;
    core::meters().count_hit(core::bound::waiting_requests);
    refused_by(newcomer)->dismiss(refusal::at_limit(so_many_wait(places_.size()) + ", most of them yours", when_to_come_again));
    return std::nullopt;
}

void waiting_line::drop_unwanted() {
    const auto& all = places_.claims();
    for (auto each = all.begin(); each != all.end();) {
        place& asked = *static_cast<place*>(*each++);
        asked.is_still_wanted();
    }
}

}  // namespace bridge::child
