#include "bridge/process/watchdog_keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>

#include "bridge/core/loop_watch.hpp"
#include "bridge/core/passing.hpp"

namespace bridge::process {
namespace {

using namespace std::chrono_literals;

// The shortest time between two starts, so that the bridge does not spend its time on forks, whatever ends the watchdogs.
constexpr auto pause = 1s;

bool has_ended(int pidfd) {
    pollfd asked{.fd = pidfd, .events = POLLIN, .revents = 0};
    return poll(&asked, 1, 0) > 0;
}

}  // namespace

watchdog_keeper::watchdog_keeper(core::executor loop_executor, watchdog& kept) : kept_(kept), pidfd_(loop_executor), stopping_(loop_executor) {}

core::task<void> watchdog_keeper::run() {
    auto started = core::clock::now();
    while (!is_stopped_) {
        co_await wait_for_end();
        if (is_stopped_) co_return;
        core::pass("watchdog_keeper.run");
        spdlog::warn("the watchdog process ended; the bridge starts another one");
        const auto earliest = started + pause;
        if (core::clock::now() < earliest) co_await stopping_.wait_until(earliest);
        co_await start_another();
        started = core::clock::now();
    }
}

core::task<void> watchdog_keeper::wait_for_end() {
    // A copy, because the watchdog closes its own pidfd when it is started anew.
    core::unique_fd copy(fcntl(kept_.pidfd(), F_DUPFD_CLOEXEC, 0));
    boost::system::error_code error;
    pidfd_.assign(copy.get(), error);
    if (!error) copy.release();
    // A readable pidfd is only a reason to check: see child_process::wait.
    while (!is_stopped_ && !has_ended(kept_.pidfd())) {
        if (pidfd_.is_open()) {
            co_await pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read, core::nothrow);
        } else {  // no descriptor is left
            co_await stopping_.wait_until(core::clock::now() + pause);
        }
    }
    pidfd_.close(error);
}

core::task<void> watchdog_keeper::start_another() {
    bool is_logged = false;
    const auto start = [this] {
        const core::long_step_scope scope(core::long_step::start_watchdog);
        return kept_.start();
    };
    while (!is_stopped_ && !start()) {
        if (!is_logged) spdlog::error("could not start a watchdog process: {}; the bridge tries again every second", std::strerror(errno));
        is_logged = true;
        co_await stopping_.wait_until(core::clock::now() + pause);
    }
}

void watchdog_keeper::stop() {
    is_stopped_ = true;
    stopping_.notify();
    boost::system::error_code ignored;
    pidfd_.cancel(ignored);
}

}  // namespace bridge::process
