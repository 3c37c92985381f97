#include "bridge/child/waiting_line.hpp"

#include <iterator>
#include <utility>
#include <vector>

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
    : line_(line), principal_(std::move(principal)), is_wanted_(std::move(is_wanted)), leave_(std::move(leave)), part_(line.shares_.want(principal_)),
      at_(line.places_.insert(line.places_.end(), this)) {}

waiting_line::place::~place() {
    if (is_in_line_) line_.places_.erase(at_);
}

// The request can be destroyed while it is told.
void waiting_line::place::dismiss(refusal reason) {
    if (!std::exchange(is_in_line_, false)) return;
    line_.places_.erase(at_);
    part_.release();
    const std::function<void(refusal)> leave = std::exchange(leave_, {});
    leave(std::move(reason));
}

bool waiting_line::place::is_still_wanted() {
    if (!is_wanted_ || is_wanted_()) return true;
    dismiss(refusal::failed("the client has left"));
    return false;
}

// The request that must leave the full line for one of `newcomer`; null if that may not join.
waiting_line::place* waiting_line::refused_by(std::string_view newcomer) const {
    std::vector<std::string_view> line;
    for (const place* each : places_) line.push_back(each->principal_);
    const std::size_t index = shares_.refused(line, newcomer);
    return index == places_.size() ? nullptr : *std::next(places_.begin(), static_cast<std::ptrdiff_t>(index));
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
    for (auto each = places_.begin(); each != places_.end();) {
        place& asked = **each++;
        asked.is_still_wanted();
    }
}

}  // namespace bridge::child
