#include "bridge/http/departure_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "bridge/core/passing.hpp"
#include "bridge/http/connection_state.hpp"

namespace bridge::http {
namespace {

// The departures that one system call returns.
constexpr std::size_t most_events = 64;

std::string describe(int error) {
    return std::generic_category().message(error);
}

}  // namespace

std::string departure_watch::open() {
    const int made = ::epoll_create1(EPOLL_CLOEXEC);
    if (made < 0) return "cannot watch for clients that leave: " + describe(errno);
    watched_.assign(made);
    return {};
}

void departure_watch::close() {
    boost::system::error_code ignored;
    watched_.close(ignored);
}

core::task<void> departure_watch::run() {
    for (;;) {
        const auto [error] = co_await watched_.async_wait(boost::asio::posix::descriptor_base::wait_read, core::nothrow);
        if (error) co_return;
        core::pass("http.departures");
        report_all();
    }
}

void departure_watch::report_all() {
    std::array<epoll_event, most_events> events{};
    int count = 0;
    do {
        count = ::epoll_wait(watched_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i) {
            const auto found = entries_.find(events[static_cast<std::size_t>(i)].data.u64);
            if (found == entries_.end() || !found->second->is_watched_) continue;
            found->second->is_watched_ = false;
            found->second->state_->report_departure();
        }
    } while (count == static_cast<int>(events.size()));
}

// The events are edges: the kernel reports each end of input once. A registration that is repeated after that end reports it again.
void departure_watch::add(entry& added) {
    if (added.number_ == 0) {
        added.number_ = ++last_number_;
        entries_.emplace(added.number_, &added);
    }
    epoll_event wanted{};
    wanted.events = EPOLLRDHUP | EPOLLET;
    wanted.data.u64 = added.number_;
    const int handle = watched_.native_handle();
    const bool is_registered = ::epoll_ctl(handle, EPOLL_CTL_ADD, added.descriptor_, &wanted) == 0 ||
                               (errno == EEXIST && ::epoll_ctl(handle, EPOLL_CTL_MOD, added.descriptor_, &wanted) == 0);
    added.is_watched_ = is_registered;
    if (!is_registered) spdlog::debug("cannot watch whether a client leaves: {}; the next write to it will show it", describe(errno));
}

departure_watch::entry::~entry() {
    if (number_ != 0) watch_->entries_.erase(number_);
}

void departure_watch::entry::set_up(departure_watch& watch, int descriptor, connection_state& state) {
    watch_ = &watch;
    descriptor_ = descriptor;
    state_ = &state;
}

}  // namespace bridge::http
