#include "bridge/core/pipe_sink.hpp"

#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <string>
#include <utility>

#include "bridge/platform/pipe.hpp"

namespace bridge::core {
namespace {

// This much holds bursts that a reader catches up with. More would only delay the loss of lines.
constexpr std::size_t most_waiting = 1024 * 1024;

// The time for the last lines to be read at the end. They often matter most.
constexpr auto last_chance = std::chrono::seconds(1);

class pipe_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit pipe_sink(int fd) : fd_(fd) {}
    ~pipe_sink() override {
        const auto end = std::chrono::steady_clock::now() + last_chance;
        for (write_waiting(); !waiting_.empty() && std::chrono::steady_clock::now() < end; write_waiting()) {
            pollfd ready{fd_, POLLOUT, 0};
            if (::poll(&ready, 1, 100) > 0 && (ready.revents & POLLERR) != 0) break;
        }
        ::close(fd_);
    }
    pipe_sink(const pipe_sink&) = delete;
    pipe_sink& operator=(const pipe_sink&) = delete;

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        try {
            write_line(message);
        } catch (const std::bad_alloc&) {
            ++lost_;
        }
    }
    void flush_() override { write_waiting(); }

    void write_line(const spdlog::details::log_msg& message) {
        write_waiting();
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (waiting_.empty() && lost_ == 0) {
            // This write nearly always writes the whole line, so nothing is kept and no memory is needed.
            const ssize_t count = ::write(fd_, line.data(), line.size());
            const bool is_gone = count < 0 && errno == EPIPE;
            const std::size_t done = is_gone ? line.size() : static_cast<std::size_t>(std::max<ssize_t>(count, 0));
            waiting_.append(line.data() + done, line.size() - done);
            return;
        }
        if (waiting_.size() + line.size() > most_waiting) {
            ++lost_;
            return;
        }
        if (lost_ != 0) add_loss();
        waiting_.append(line.data(), line.size());
        write_waiting();
    }

    void add_loss() {
        const std::string text = std::to_string(std::exchange(lost_, 0)) + " lines of the log were lost, as it is not read fast enough";
        spdlog::memory_buf_t line;
        formatter_->format(spdlog::details::log_msg("mcp-bridge", spdlog::level::warn, text), line);
        waiting_.append(line.data(), line.size());
    }

    void write_waiting() {
        std::size_t done = 0;
        while (done < waiting_.size()) {
            const ssize_t count = ::write(fd_, waiting_.data() + done, waiting_.size() - done);
            // The pipe has no reader any more, so the lines count as written.
            if (count < 0 && errno == EPIPE) done = waiting_.size();
            if (count <= 0) break;
            done += static_cast<std::size_t>(count);
        }
        waiting_.erase(0, done);
    }

    int fd_;
    std::string waiting_;
    std::size_t lost_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_pipe_sink(int fd) {
    struct stat what {};
    if (::fstat(fd, &what) != 0 || !S_ISFIFO(what.st_mode)) return nullptr;
    const int own = platform::reopen_pipe(fd);
    return own < 0 ? nullptr : std::make_shared<pipe_sink>(own);
}

}  // namespace bridge::core
