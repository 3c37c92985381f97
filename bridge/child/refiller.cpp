#include "bridge/child/refiller.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace bridge::child {

refiller::refiller(core::executor where, stock of) : where_(where), of_(std::move(of)), changed_(where) {}

std::shared_ptr<refiller> refiller::make(core::executor where, stock of) {
    std::shared_ptr<refiller> made(new refiller(where, std::move(of)));
    made->self_ = made;
    return made;
}

void refiller::check() {
    if (stopped_ || !of_.lacks()) return;
    // It may wait for a time that is not right any more.
    if (running_) return changed_.notify();
    running_ = true;
    boost::asio::co_spawn(where_, run(self_.lock()), boost::asio::detached);
}

core::task<void> refiller::run(std::shared_ptr<refiller> self) {
    for (;;) {
        // Others go on first, whoever took something from the stock among them: the start of a process holds up the loop for a
        // millisecond.
        co_await boost::asio::post(self->where_, core::nothrow);
        if (self->stopped_ || !self->of_.lacks()) break;
        const core::clock::time_point next = self->of_.next();
        if (core::clock::now() < next) {
            co_await self->changed_.wait_until(next);
            continue;
        }
        self->of_.add();
    }
    self->running_ = false;
}

void refiller::stop() {
    stopped_ = true;
    changed_.notify();
}

}  // namespace bridge::child
