#include "bridge/core/log.hpp"

#include <spdlog/details/fmt_helper.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "bridge/core/file_sink.hpp"
#include "bridge/core/loop_watch.hpp"
#include "bridge/core/pipe_sink.hpp"
#include "bridge/core/utf8.hpp"

namespace bridge::core {
namespace {

// Formats the message of a log line as the inside of a JSON string.
class json_message_flag final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        for (const char c : std::string_view(message.payload.data(), message.payload.size())) {
            if (c == '"' || c == '\\') {
                out.push_back('\\');
                out.push_back(c);
            } else if (static_cast<unsigned char>(c) < 0x20) {
                const std::string escaped = fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                out.append(escaped.data(), escaped.data() + escaped.size());
            } else {
                out.push_back(c);
            }
        }
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<json_message_flag>(); }
};

// Writes to a terminal or another device whose writes may block.
template <class Sink>
class blocking_sink final : public spdlog::sinks::sink {
public:
    void log(const spdlog::details::log_msg& message) override {
        const long_step_scope scope(long_step::write_log);
        to_.log(message);
    }
    void flush() override {
        const long_step_scope scope(long_step::write_log);
        to_.flush();
    }
    void set_pattern(const std::string& pattern) override { to_.set_pattern(pattern); }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override { to_.set_formatter(std::move(formatter)); }

private:
    Sink to_;
};

template <class Otherwise>
std::shared_ptr<spdlog::sinks::sink> sink_to(int fd) {
    if (auto pipe = make_pipe_sink(fd)) return pipe;
    if (auto file = make_file_sink(fd)) return file;
    return std::make_shared<blocking_sink<Otherwise>>();
}

// Writes lines up to info to stdout, and warnings and errors to stderr.
class split_sink final : public spdlog::sinks::sink {
public:
    void log(const spdlog::details::log_msg& message) override { (message.level >= spdlog::level::warn ? warnings_ : normal_)->log(message); }
    void flush() override {
        normal_->flush();
        warnings_->flush();
    }
    void set_pattern(const std::string& pattern) override {
        normal_->set_pattern(pattern);
        warnings_->set_pattern(pattern);
    }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
        normal_->set_formatter(formatter->clone());
        warnings_->set_formatter(std::move(formatter));
    }

private:
    std::shared_ptr<sink> normal_ = sink_to<spdlog::sinks::stdout_sink_st>(STDOUT_FILENO);
    std::shared_ptr<sink> warnings_ = sink_to<spdlog::sinks::stderr_sink_st>(STDERR_FILENO);
};

}  // namespace

void set_up_log(const log_settings& settings) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (settings.target == log_target::split) {
        sink = std::make_shared<split_sink>();
    } else {
        sink = sink_to<spdlog::sinks::stderr_sink_st>(STDERR_FILENO);
    }
    auto logger = std::make_shared<spdlog::logger>("mcp-bridge", std::move(sink));
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<json_message_flag>('*');
    formatter->set_pattern(settings.format == log_format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%*"})"
                                                               : "%Y-%m-%d %H:%M:%S.%e %-5l %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(settings.level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

void append_printable(std::string& out, std::string_view text, std::size_t begin, std::size_t end) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F; };
    for (std::size_t at = begin; at < end;) {
        const auto rest = text.substr(at, end - at);
        const auto plain = std::ranges::find_if_not(rest, is_plain) - rest.begin();
        if (plain != 0) {
            out += rest.substr(0, static_cast<std::size_t>(plain));
            at += static_cast<std::size_t>(plain);
            continue;
        }
        const auto byte = static_cast<unsigned char>(rest.front());
        const auto length = static_cast<std::size_t>(byte < 0x80 ? 0 : utf8_sequence(text.substr(at)));
        if (length > rest.size()) break;
        out += length == 0 ? fmt::format("\\x{:02x}", byte) : std::string(rest.substr(0, length));
        at += std::max<std::size_t>(length, 1);
    }
}

std::string length_note(std::size_t bytes) {
    return fmt::format("... ({} bytes in all)", bytes);
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    append_printable(out, text, 0, std::min(text.size(), max_bytes));
    if (text.size() > max_bytes) out += length_note(text.size());
    return out;
}

}  // namespace bridge::core
