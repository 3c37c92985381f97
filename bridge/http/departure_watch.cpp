#include "bridge/http/departure_watch.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "bridge/core/passing.hpp"
#include "bridge/http/connection_state.hpp"
#include "bridge/platform/peer.hpp"

namespace bridge::http {
namespace {

// The departures that are taken at once.
constexpr std::size_t most_departures = 64;

std::string describe(int error) {
    return std::generic_category().message(error);
}

}  // namespace

std::string departure_watch::open() {
    const int made = platform::open_peer_watch();
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
    std::array<std::uint64_t, most_departures> gone{};
    std::size_t count = 0;
    do {
        count = platform::take_departures(watched_.native_handle(), gone);
        for (const std::uint64_t number : std::span(gone).first(count)) {
            const auto found = entries_.find(number);
            if (found == entries_.end() || !found->second->is_watched_) continue;
            found->second->is_watched_ = false;
            found->second->state_->report_departure();
        }
    } while (count == gone.size());
}

void departure_watch::add(entry& added) {
    if (added.number_ == 0) {
        added.number_ = ++last_number_;
        entries_.emplace(added.number_, &added);
    }
    added.is_watched_ = platform::watch_peer(watched_.native_handle(), added.descriptor_, added.number_);
    if (!added.is_watched_) spdlog::debug("cannot watch whether a client leaves: {}; the next write to it will show it", describe(errno));
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
