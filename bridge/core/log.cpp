#include "bridge/core/log.hpp"

#include <spdlog/details/fmt_helper.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

#include "bridge/core/utf8.hpp"

namespace bridge::core {
namespace {

// The message of a log line as the inside of a JSON string.
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

// stdout for what is no trouble, stderr for what is.
class split_sink final : public spdlog::sinks::sink {
public:
    void log(const spdlog::details::log_msg& message) override {
        spdlog::sinks::sink& chosen = message.level >= spdlog::level::warn ? static_cast<sink&>(trouble_) : normal_;
        chosen.log(message);
    }
    void flush() override {
        normal_.flush();
        trouble_.flush();
    }
    void set_pattern(const std::string& pattern) override {
        normal_.set_pattern(pattern);
        trouble_.set_pattern(pattern);
    }
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
        normal_.set_formatter(formatter->clone());
        trouble_.set_formatter(std::move(formatter));
    }

private:
    spdlog::sinks::stdout_sink_st normal_;
    spdlog::sinks::stderr_sink_st trouble_;
};

}  // namespace

void set_up_log(const log_settings& settings) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (settings.target == log_target::split) {
        sink = std::make_shared<split_sink>();
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    }
    auto logger = std::make_shared<spdlog::logger>("mcp-bridge", std::move(sink));
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<json_message_flag>('*');
    formatter->set_pattern(settings.format == log_format::json
                               ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%*"})"
                               : "%Y-%m-%d %H:%M:%S.%e %-5l %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(settings.level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

void redactor::add(std::string secret) {
    if (secret.size() >= 4) secrets_.push_back(std::move(secret));
}

std::string redactor::redact(std::string_view text) const {
    std::string out(text);
    for (const std::string& secret : secrets_) {
        for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at)) {
            out.replace(at, secret.size(), "***");
        }
    }
    return out;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool shows = byte >= 0x20 && byte != 0x7F;
        const auto length = static_cast<std::size_t>(shows ? utf8_sequence(text.substr(at)) : 0);
        if (at + std::max<std::size_t>(length, 1) > max_bytes) break;
        if (length == 0) {
            out += fmt::format("\\x{:02x}", byte);
            ++at;
        } else {
            out += text.substr(at, length);
            at += length;
        }
    }
    if (text.size() > max_bytes) out += fmt::format("... ({} bytes in all)", text.size());
    return out;
}

}  // namespace bridge::core
