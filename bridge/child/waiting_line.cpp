#include "bridge/child/waiting_line.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

// The value of Retry-After for a request that may not even wait: the smallest possible.
constexpr std::chrono::milliseconds when_to_come_again{1'000};

std::string so_many_wait(std::size_t count) {
    return std::to_string(count) + " requests wait for a server process already";
}

}  // namespace

waiting_line::place::place(waiting_line& line, std::string principal, std::function<bool()> is_wanted, std::function<void(refusal)> leave)
    : line_(line), principal_(std::move(principal)), is_wanted_(std::move(is_wanted)), leave_(std::move(leave)),
      part_(line.shares_.want(principal_)) {
    line_.places_.push_back(this);
}

waiting_line::place::~place() {
    std::erase(line_.places_, this);
}

// The request can be destroyed while it is told.
void waiting_line::dismiss(place& leaving, refusal reason) {
    std::erase(leaving.line_.places_, &leaving);
    leaving.part_.release();
    const std::function<void(refusal)> leave = std::exchange(leaving.leave_, {});
    leave(std::move(reason));
}

std::size_t waiting_line::index_of_refused(std::string_view newcomer) const {
    std::vector<std::string_view> line;
    for (const place* each : places_) line.push_back(each->principal_);
    return shares_.refused(line, newcomer);
}

std::optional<refusal> waiting_line::refusal_of(std::string_view newcomer) {
    drop_unwanted();
    if (!is_full() || index_of_refused(newcomer) != places_.size()) return std::nullopt;
    core::meters().count_hit(core::bound::waiting_requests);
    return refusal::at_limit(so_many_wait(places_.size()), when_to_come_again);
}

std::optional<refusal> waiting_line::admit(std::string_view newcomer) {
    if (auto refused = refusal_of(newcomer)) return refused;
    if (!is_full()) return std::nullopt;
    core::meters().count_hit(core::bound::waiting_requests);
    dismiss(*places_[index_of_refused(newcomer)], refusal::at_limit(so_many_wait(places_.size()) + ", most of them yours", when_to_come_again));
    return std::nullopt;
}

void waiting_line::drop_unwanted() {
    const auto all = places_;
    for (place* const each : all) {
        if (each->is_wanted_ && !each->is_wanted_()) dismiss(*each, refusal::failed("the client has left"));
    }
}

}  // namespace bridge::child
