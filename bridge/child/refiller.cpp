#include "bridge/child/refiller.hpp"

#include <boost/asio/post.hpp>

#include "bridge/core/passing.hpp"
#include "bridge/core/spawn.hpp"

namespace bridge::child {

refiller::refiller(core::executor executor, stock refilled) : executor_(executor), stock_(std::move(refilled)), changed_(executor) {}

std::shared_ptr<refiller> refiller::make(core::executor executor, stock refilled) {
    std::shared_ptr<refiller> made(new refiller(executor, std::move(refilled)));
    made->self_ = made;
    return made;
}

void refiller::check() {
    if (stopped_ || !stock_.lacks()) return;
    // The wait may be for a time that is out of date.
    if (running_.is_under_way()) return changed_.notify();
    const core::coroutine_name named{"refiller.run", "server processes are started ahead again at the next look"};
    auto work = [self = self_.lock(), running = running_.begin()]() mutable { return run(self, std::move(running)); };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<void> refiller::run(std::shared_ptr<refiller> self, core::activity::token) {
    for (;;) {
        // Other work goes first, such as that of the coroutine that took something from the stock: the start of a process blocks the loop for a
        // millisecond.
        co_await boost::asio::post(self->executor_, core::nothrow);
        core::pass("refiller.run");
        if (self->stopped_ || !self->stock_.lacks()) break;
        const core::clock::time_point next = self->stock_.next();
        if (core::clock::now() < next) {
            co_await self->changed_.wait_until(next);
            continue;
        }
        self->stock_.add();
    }
}

void refiller::stop() {
    stopped_ = true;
    changed_.notify();
}

}  // namespace bridge::child
