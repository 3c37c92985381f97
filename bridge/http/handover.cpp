#include "bridge/http/handover.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

#include "bridge/core/passing.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/http/server.hpp"

namespace bridge::http {
namespace {

using boost::asio::local::stream_protocol;
using namespace std::chrono_literals;

// Channels that are served at once, and connections that are passed on at once. Further ones wait; each takes a moment.
constexpr std::size_t most_channels = 64;
constexpr auto pause = 5ms;

// The suffix of a socket that is not the newest.
constexpr std::size_t name_bytes = 8;

// The time for a process to accept a channel; see `handover_channel` for the rest.
constexpr auto connect_patience = 5s;

std::string describe(int error) {
    return std::generic_category().message(error);
}

// A connection can be closed while it is passed on. Its number could then be that of another connection.
core::unique_fd copy_of(int descriptor) {
    return core::unique_fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

// The number of the file; 0 if it cannot be read.
unsigned long inode_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

// The sockets of older processes, the newest first: the names that begin with `path` and a point. The time of a socket file is that of its creation.
std::vector<std::string> older_sockets(const std::string& path) {
    namespace fs = std::filesystem;
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    const fs::path name(path);
    const std::string prefix = name.filename().string() + '.';
    std::error_code failed;
    for (fs::directory_iterator each(name.has_parent_path() ? name.parent_path() : fs::path("."), failed), end; !failed && each != end;
         each.increment(failed)) {
        std::error_code ignored;
        if (!each->path().filename().string().starts_with(prefix) || !each->is_socket(ignored)) continue;
        found.emplace_back(each->last_write_time(ignored), each->path().string());
    }
    std::ranges::sort(found, std::greater<>());
    std::vector<std::string> out;
    out.reserve(found.size());
    for (auto& [time, name_of_socket] : found) out.push_back(std::move(name_of_socket));
    return out;
}

}  // namespace

handover::handover(core::executor loop_executor, std::string path, std::size_t most_received, server& clients, server* metrics,
                   request_handler& handler)
    : executor_(loop_executor), path_(std::move(path)), most_received_(most_received), clients_(clients), metrics_(metrics), handler_(handler),
      acceptor_(loop_executor), slot_(loop_executor) {}

// ---- the new process

std::string handover::find(listeners& found) {
    struct stat file {};
    if (::stat(path_.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode)) return "--handover: " + path_ + " is there already, and is no socket";
    handover_message question;
    question.kind = handover_kind::listeners;
    handover_message answer;
    const int error = ask_and_wait(path_, question, answer);
    if (error == ENOENT || error == ECONNREFUSED) return {};
    if (error == EPERM) return "--handover: the process at " + path_ + " belongs to another user";
    if (error != 0) return "--handover: the process at " + path_ + " cannot be asked for its sockets: " + describe(error);
    const bool is_complete = answer.kind == handover_kind::done && answer.received.size() == answer.descriptors.size();
    if (!is_complete) return "--handover: the process at " + path_ + " refuses to be replaced; it stops, or is being replaced";
    for (std::size_t i = 0; i < answer.descriptors.size(); ++i) {
        std::string wrong;
        auto given = inspect_socket(std::move(answer.descriptors[i]), wrong);
        if (!given) continue;
        const char letter = answer.received[i];
        given->is_managed = letter == 'C' || letter == 'M';
        (letter == 'm' || letter == 'M' ? found.metrics : found.clients).push_back(std::move(*given));
    }
    return {};
}

std::string handover::begin() {
    // Numbers of processes are not unique: containers that share a folder have the same.
    const std::string former = path_ + '.' + core::random_token().substr(0, name_bytes);
    const bool had_socket = std::rename(path_.c_str(), former.c_str()) == 0;
    std::string wrong = listen();
    if (wrong.empty() && had_socket) wrong = tell(former, true);
    if (!wrong.empty()) {
        if (had_socket) std::rename(former.c_str(), path_.c_str());
        return wrong;
    }
    for (const std::string& each : older_sockets(path_)) {
        if (each != former) tell(each, false);
    }
    return {};
}

// Makes the socket under another name first, so that nobody meets it before it listens.
std::string handover::listen() {
    const std::string made = path_ + '.' + core::random_token().substr(0, name_bytes);
    boost::system::error_code error;
    acceptor_.open(stream_protocol(), error);
    const mode_t before = ::umask(0177);
    if (!error && made.size() >= sizeof(sockaddr_un::sun_path)) error = boost::asio::error::name_too_long;
    if (!error) acceptor_.bind(stream_protocol::endpoint(made), error);
    ::umask(before);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error && std::rename(made.c_str(), path_.c_str()) != 0) error.assign(errno, boost::system::generic_category());
    if (error) return "--handover: cannot listen at " + path_ + ": " + error.message();
    inode_ = inode_of(path_);
    return {};
}

// Tells the process at `path` that this one replaces it. Returns the failure in words if that is needed. Removes the socket of a process that is
// gone.
std::string handover::tell(const std::string& path, bool is_needed) {
    handover_message question;
    question.kind = handover_kind::succession;
    handover_message answer;
    core::unique_fd connection;
    const int error = ask_and_wait(path, question, answer, &connection);
    if (error == ECONNREFUSED || error == ENOENT) {
        ::unlink(path.c_str());
        return {};
    }
    if (error != 0 || answer.kind != handover_kind::done) {
        const std::string reason = error != 0 ? describe(error) : std::string("it refuses");
        if (!is_needed) spdlog::warn("the process at {} does not take notice of this one: {}", path, reason);
        return is_needed ? "--handover: the process at " + path_ + " cannot be replaced: " + reason : std::string();
    }
    handover_channel::unix_socket connected(executor_, stream_protocol(), connection.get());
    connection.release();
    predecessors_.push_back({path, handover_channel(std::move(connected), most_received_)});
    const auto older = std::prev(predecessors_.end());
    const core::coroutine_name named{"handover.watch", "the end of the process before this one goes unnoticed"};
    core::spawn(
        executor_, named, [this, older] { return watch(older); }, [] {});
    spdlog::info("replaces process {}, which keeps its sessions", answer.session);
    return {};
}

core::task<void> handover::watch(std::list<predecessor>::iterator older) {
    co_await older->tie.wait_for_end();
    if (is_closed_) co_return;
    core::pass("handover.watch");
    ::unlink(older->path.c_str());
    predecessors_.erase(older);
    spdlog::info("a process before this one has ended; {} are left", predecessors_.size());
}

core::task<passing> handover::pass_to_owner(int descriptor, std::string session, std::string received) {
    const core::unique_fd copy = copy_of(descriptor);
    if (copy.get() < 0) co_return passing::busy;
    if (received.size() > most_received_) {
        spdlog::debug("a request of {} bytes cannot be passed on", received.size());
        co_return passing::stays;
    }
    std::vector<std::string> paths;
    for (const predecessor& each : predecessors_) paths.push_back(each.path);
    for (const std::string& each : paths) {
        handover_message message;
        message.kind = handover_kind::to_owner;
        message.session = session;
        message.received = received;
        const passing outcome = co_await pass(each, std::move(message), copy.get());
        if (outcome != passing::stays) co_return outcome;
    }
    co_return passing::stays;
}

// ---- the old process

core::task<void> handover::accept() {
    while (!is_closed_) {
        if (channels_ >= most_channels) {
            co_await slot_.wait_until(core::clock::now() + 100ms);
            continue;
        }
        auto [error, peer] = co_await acceptor_.async_accept(core::nothrow);
        if (is_closed_) break;
        if (error) {
            co_await slot_.wait_until(core::clock::now() + 100ms);
            continue;
        }
        core::pass("handover.accept");
        if (!is_same_user(peer.native_handle())) {
            spdlog::warn("a process of another user connected to {}", path_);
            continue;
        }
        ++channels_;
        const core::coroutine_name named{"handover.serve", "the message of another process is not answered"};
        auto work = [this, channel = handover_channel(std::move(peer), most_received_)]() mutable { return serve(std::move(channel)); };
        core::spawn(executor_, named, std::move(work), [] {});
    }
}

core::task<void> handover::serve(handover_channel channel) {
    struct counted {
        handover& owner;
        ~counted() {
            --owner.channels_;
            owner.slot_.notify();
        }
    };
    const counted mine{*this};
    handover_message message;
    const int error = co_await channel.receive(message);
    if (error != 0 || is_closed_) co_return;
    switch (message.kind) {
        case handover_kind::listeners: co_await hand_listeners(channel); break;
        case handover_kind::succession: co_await succeed(channel); break;
        case handover_kind::to_owner:
        case handover_kind::to_successor: co_await adopt(channel, std::move(message)); break;
        default: break;
    }
}

core::task<void> handover::hand_listeners(handover_channel& channel) {
    handover_message answer;
    std::vector<int> descriptors;
    if (!is_succeeded_) {
        const auto add = [&](server& listener, char letter, char letter_if_managed) {
            for (listening_socket* each : listener.listening()) {
                descriptors.push_back(each->acceptor.native_handle());
                answer.received += each->is_managed ? letter_if_managed : letter;
            }
        };
        add(clients_, 'c', 'C');
        if (metrics_ != nullptr) add(*metrics_, 'm', 'M');
    }
    if (!descriptors.empty() && descriptors.size() <= most_passed_descriptors) answer.kind = handover_kind::done;
    if (answer.kind != handover_kind::done) descriptors.clear();
    co_await channel.send(std::move(answer), std::move(descriptors));
}

core::task<void> handover::succeed(handover_channel& channel) {
    handover_message answer;
    answer.kind = handover_kind::done;
    answer.session = std::to_string(getpid());
    const int error = co_await channel.send(std::move(answer));
    if (error != 0 || is_closed_) co_return;
    const bool is_first = !std::exchange(is_succeeded_, true);
    ++successors_;
    if (is_first) {
        clients_.hand_over();
        if (metrics_ != nullptr) metrics_->drain();
        if (on_succession_) on_succession_(channel.other_process());
    }
    const auto tie = ties_.insert(ties_.end(), channel);
    co_await channel.wait_for_end();
    ties_.erase(tie);
    --successors_;
    successor_end_ = core::clock::now();
}

core::task<void> handover::adopt(handover_channel& channel, handover_message message) {
    handover_message answer;
    const bool is_to_owner = message.kind == handover_kind::to_owner;
    if (message.descriptors.size() != 1) co_return;
    if (is_to_owner && !handler_.has_session(message.session)) {
        answer.kind = handover_kind::unknown;
    } else if (clients_.adopt(std::move(message.descriptors.front()), std::move(message.received), is_to_owner)) {
        answer.kind = handover_kind::done;
    }
    co_await channel.send(std::move(answer));
}

core::task<passing> handover::pass_to_successor(int descriptor, std::string received) {
    const core::unique_fd copy = copy_of(descriptor);
    if (copy.get() < 0) co_return passing::busy;
    handover_message message;
    message.kind = handover_kind::to_successor;
    message.received = std::move(received);
    std::string path = path_;
    co_return co_await pass(std::move(path), std::move(message), copy.get());
}

// ---- both

// Waits while the queue of the other process is full: Unix sockets then refuse with EAGAIN.
core::task<int> handover::connect(const std::string& path, handover_channel::unix_socket& connected) {
    const auto deadline = core::clock::now() + connect_patience;
    core::event timer(executor_);
    for (;;) {
        boost::system::error_code error;
        connected.open(stream_protocol(), error);
        if (!error) connected.non_blocking(true, error);
        if (error) co_return error.value();
        const stream_protocol::endpoint other(path);
        if (::connect(connected.native_handle(), other.data(), static_cast<socklen_t>(other.size())) == 0) break;
        const int failed = errno;
        connected.close(error);
        if (failed != EAGAIN || core::clock::now() >= deadline || is_closed_) co_return failed;
        co_await timer.wait_until(core::clock::now() + pause);
    }
    co_return is_same_user(connected.native_handle()) ? 0 : EPERM;
}

core::task<passing> handover::pass(std::string path, handover_message message, int descriptor) {
    struct counted {
        std::size_t& count;
        explicit counted(std::size_t& counter) : count(counter) { ++count; }
        ~counted() { --count; }
    };
    core::event timer(executor_);
    while (passed_now_ >= most_channels && !is_closed_) co_await timer.wait_until(core::clock::now() + pause);
    const counted mine(passed_now_);
    handover_channel::unix_socket connected(executor_);
    int error = co_await connect(path, connected);
    if (error != 0) {
        // The process has ended, or will in a moment.
        if (error != ECONNREFUSED && error != ENOENT) spdlog::warn("cannot pass a connection on to the process at {}: {}", path, describe(error));
        co_return passing::stays;
    }
    handover_channel channel(std::move(connected), most_received_);
    std::vector<int> descriptors{descriptor};
    error = co_await channel.send(std::move(message), std::move(descriptors));
    handover_message answer;
    if (error == 0) error = co_await channel.receive(answer);
    if (error == ETIMEDOUT) {
        spdlog::warn("the process at {} does not say whether it serves a connection; it is closed here", path);
        co_return passing::unclear;
    }
    if (error != 0 || answer.kind == handover_kind::unknown) co_return passing::stays;
    co_return answer.kind == handover_kind::done ? passing::passed : passing::busy;
}

void handover::close() {
    is_closed_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    slot_.notify();
    // An older process keeps its name, so that the process after this one finds it.
    for (predecessor& each : predecessors_) each.tie.close();
    for (handover_channel& each : ties_) each.close();
    const unsigned long mine = std::exchange(inode_, 0);
    if (mine != 0 && inode_of(path_) == mine) ::unlink(path_.c_str());
}

}  // namespace bridge::http
