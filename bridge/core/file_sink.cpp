#include "bridge/core/file_sink.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace bridge::core {
namespace {

class file_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit file_sink(int fd) : fd_(fd) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (lost_ != 0 && !write_loss()) {
            ++lost_;
            return;
        }
        if (!write_line(message)) ++lost_;
    }
    void flush_() override {}

    bool write_loss() {
        const std::string text = std::to_string(lost_) + " lines of the log were lost, as its file took no more";
        if (!write_line(spdlog::details::log_msg("mcp-bridge", spdlog::level::warn, text))) return false;
        lost_ = 0;
        return true;
    }

    bool write_line(const spdlog::details::log_msg& message) {
        spdlog::memory_buf_t line;
        if (is_torn_) line.push_back('\n');
        formatter_->format(message, line);
        return write_all({line.data(), line.size()});
    }

    bool write_all(std::string_view rest) {
        while (!rest.empty()) {
            const ssize_t count = ::write(fd_, rest.data(), rest.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            rest.remove_prefix(static_cast<std::size_t>(count));
            is_torn_ = !rest.empty();
        }
        return true;
    }

    int fd_;
    bool is_torn_ = false;  // the last line was written in part and has no line break
    std::size_t lost_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> make_file_sink(int fd) {
    struct stat what {};
    if (::fstat(fd, &what) != 0 || !S_ISREG(what.st_mode)) return nullptr;
    return std::make_shared<file_sink>(fd);
}

}  // namespace bridge::core
