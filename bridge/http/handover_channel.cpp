#include "bridge/http/handover_channel.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bridge/platform/local_socket.hpp"

namespace bridge::http {
namespace {

using namespace std::chrono_literals;

// The other process answers within a turn of its loop. Only a process that was stopped, or that starves, needs longer.
constexpr auto patience = 5s;

}  // namespace

handover_channel::handover_channel(unix_socket connected, std::size_t most) : all_(std::make_shared<parts>(std::move(connected))), most_(most) {
    boost::system::error_code ignored;
    all_->socket.non_blocking(true, ignored);
}

void handover_channel::start_clock() {
    all_->is_late = false;
    all_->timer.expires_after(patience);
    all_->timer.async_wait([weak = std::weak_ptr<parts>(all_)](const boost::system::error_code& error) {
        const std::shared_ptr<parts> late = weak.lock();
        if (error || !late) return;
        boost::system::error_code ignored;
        late->is_late = true;
        late->socket.cancel(ignored);
    });
}

core::task<int> handover_channel::wait(std::shared_ptr<parts> all, boost::asio::socket_base::wait_type direction) {
    const auto [error] = co_await all->socket.async_wait(direction, core::nothrow);
    if (all->is_late) co_return ETIMEDOUT;
    co_return error ? ECONNRESET : 0;
}

core::task<int> handover_channel::send(handover_message message, std::vector<int> descriptors) {
    const std::shared_ptr<parts> all = all_;
    handover_sender sender(message, std::move(descriptors));
    start_clock();
    int error = sender.advance(all->socket.native_handle());
    while (error == EAGAIN) {
        error = co_await wait(all, boost::asio::socket_base::wait_write);
        if (error == 0) error = sender.advance(all->socket.native_handle());
    }
    all->timer.cancel();
    co_return error;
}

core::task<int> handover_channel::receive(handover_message& message) {
    const std::shared_ptr<parts> all = all_;
    handover_receiver receiver(most_);
    start_clock();
    int error = receiver.advance(all->socket.native_handle());
    while (error == EAGAIN) {
        error = co_await wait(all, boost::asio::socket_base::wait_read);
        if (error == 0) error = receiver.advance(all->socket.native_handle());
    }
    all->timer.cancel();
    if (error == 0) message = receiver.message();
    co_return error;
}

core::task<void> handover_channel::wait_for_end() {
    const std::shared_ptr<parts> all = all_;
    all->timer.cancel();
    all->is_late = false;
    char byte = 0;
    for (;;) {
        const ssize_t count = ::recv(all->socket.native_handle(), &byte, sizeof byte, MSG_DONTWAIT);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) co_return;
        const auto [error] = co_await all->socket.async_wait(boost::asio::socket_base::wait_read, core::nothrow);
        if (error) co_return;
    }
}

void handover_channel::close() {
    boost::system::error_code ignored;
    all_->socket.close(ignored);
}

pid_t handover_channel::other_process() const {
    return platform::peer_of(all_->socket.native_handle()).value_or(platform::local_peer{}).process;
}

bool is_same_user(int socket) {
    const auto other = platform::peer_of(socket);
    return other && other->user == ::geteuid();
}

int ask_and_wait(const std::string& path, const handover_message& message, handover_message& answer, core::unique_fd* connection) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    core::unique_fd socket(platform::open_local_socket(SOCK_STREAM));
    if (socket.get() < 0) return errno;
    const timeval limit{.tv_sec = std::chrono::seconds(patience).count(), .tv_usec = 0};
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) ::setsockopt(socket.get(), SOL_SOCKET, option, &limit, sizeof limit);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
    if (!is_same_user(socket.get())) return EPERM;
    handover_sender sender(message, {});
    if (const int error = sender.advance(socket.get()); error != 0) return error == EAGAIN ? ETIMEDOUT : error;
    handover_receiver receiver(most_passed_descriptors);
    if (const int error = receiver.advance(socket.get()); error != 0) return error == EAGAIN ? ETIMEDOUT : error;
    answer = receiver.message();
    if (connection != nullptr) *connection = std::move(socket);
    return 0;
}

}  // namespace bridge::http
