// One connection between two processes of which one replaces the other.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/http/handover_message.hpp"

namespace bridge::http {

/// Exchanges messages over a Unix socket, each within a deadline. Its coroutines may outlive it only until their next step.
class handover_channel {
public:
    using unix_socket = boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, core::executor>;

    /// `connected` is a connected socket. `most` limits the bytes that a message brings with a connection.
    handover_channel(unix_socket connected, std::size_t most);

    /// Each returns 0, or the error: ETIMEDOUT after the deadline, ECONNRESET if the other process has closed the channel.
    core::task<int> send(handover_message message, std::vector<int> descriptors = {});
    core::task<int> receive(handover_message& message);

    /// Waits until the other process has closed the channel, for as long as that takes.
    core::task<void> wait_for_end();

    /// The process at the other end.
    pid_t other_process() const;

    void close();

private:
    struct parts {
        explicit parts(unix_socket connected) : socket(std::move(connected)), timer(socket.get_executor()) {}

        unix_socket socket;
        boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> timer;
        bool is_late = false;
    };

    static core::task<int> wait(std::shared_ptr<parts> all, boost::asio::socket_base::wait_type direction);
    void start_clock();

    std::shared_ptr<parts> all_;
    std::size_t most_;
};

/// True if the process at the other end of `socket` has the user of this process.
bool is_same_user(int socket);

/// Asks the process at `path` with `message`, and waits for its answer, while nothing else runs: for the start of the program. Returns 0 or an error;
/// ENOENT and ECONNREFUSED mean that there is no such process, EPERM that the process has another user. `connection`, if not null, gets the
/// connection.
int ask_and_wait(const std::string& path, const handover_message& message, handover_message& answer, core::unique_fd* connection = nullptr);

}  // namespace bridge::http
