#include "bridge/child/refiller.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace bridge::child {

using std::chrono::milliseconds;

refiller::refiller(core::executor where, const std::string& name, const core::limits& bounds, std::function<bool()> lacks,
                   std::function<void()> add)
    : where_(where), name_(name), bounds_(bounds), lacks_(std::move(lacks)), add_(std::move(add)), changed_(where) {}

std::shared_ptr<refiller> refiller::make(core::executor where, const std::string& name, const core::limits& bounds,
                                         std::function<bool()> lacks, std::function<void()> add) {
    std::shared_ptr<refiller> made(new refiller(where, name, bounds, std::move(lacks), std::move(add)));
    made->self_ = made;
    return made;
}

void refiller::check() {
    if (running_ || stopped_ || !lacks_()) return;
    running_ = true;
    boost::asio::co_spawn(where_, run(self_.lock()), boost::asio::detached);
}

core::task<void> refiller::run(std::shared_ptr<refiller> self) {
    // Whoever took something from the stock goes on first: the start of a process holds up the loop for a millisecond.
    co_await boost::asio::post(self->where_, core::nothrow);
    while (!self->stopped_ && self->lacks_()) {
        if (core::clock::now() < self->next_) {
            co_await self->changed_.wait_until(self->next_);
            continue;
        }
        self->failure_counted_ = false;
        if (self->delay_ > milliseconds(0)) self->next_ = core::clock::now() + self->delay_;
        self->add_();
    }
    self->running_ = false;
}

void refiller::note_failure() {
    if (stopped_ || failure_counted_) return;
    failure_counted_ = true;
    delay_ = std::min(std::max(bounds_.refill_delay, 2 * delay_), bounds_.refill_delay_most);
    next_ = core::clock::now() + delay_;
    spdlog::warn("[{}] a process that was to be kept ready failed; the next is started in {} ms", name_, delay_.count());
}

void refiller::note_success() {
    if (delay_ == milliseconds(0)) return;
    delay_ = milliseconds(0);
    failure_counted_ = false;
    next_ = {};
    changed_.notify();
}

void refiller::stop() {
    stopped_ = true;
    changed_.notify();
}

}  // namespace bridge::child
