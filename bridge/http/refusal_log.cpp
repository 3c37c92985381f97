#include "bridge/http/refusal_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "bridge/core/log.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

using jsonrpc::error_code::server_error;
using jsonrpc::error_code::session_not_found;

constexpr std::size_t longest_line = 1024;

/// The advice to the operator on a kind of refusal. It adds to the text, which advises the client.
struct remedy {
    int status;
    int code;
    std::string_view text;
};

constexpr std::array remedies = {
    remedy{statuses::unauthorized.code, server_error, "docs/access.md says how clients get a key"},
    remedy{statuses::not_found.code, session_not_found, "the session has ended or never was, and the client must open a new one with initialize"},
    remedy{statuses::content_too_large.code, server_error, "--max-body-size SIZE allows longer bodies"},
    remedy{statuses::uri_too_long.code, server_error, "--limit max-header-size=SIZE allows longer ones"},
    remedy{statuses::headers_too_large.code, server_error, "--limit max-header-size=SIZE allows longer ones"},
    remedy{statuses::too_many_requests.code, server_error, "--max-session-requests N allows more"},
    remedy{statuses::unavailable.code, server_error, "the client may try again; docs/troubleshooting.md lists the causes"},
};

std::string_view remedy_of(const problem& refusal) {
    const auto found =
        std::ranges::find_if(remedies, [&refusal](const remedy& each) { return each.status == refusal.what.code && each.code == refusal.code; });
    return found == remedies.end() ? std::string_view() : found->text;
}

// Mistakes of a client are its own affair; the others can need the operator.
spdlog::level::level_enum level_of(const problem& refusal) {
    if (refusal.is_usual) return spdlog::level::debug;
    constexpr std::array mistakes = {statuses::bad_request.code, statuses::not_found.code, statuses::method_not_allowed.code,
                                     statuses::not_acceptable.code, statuses::unsupported_media_type.code};
    return std::ranges::count(mistakes, refusal.what.code) > 0 ? spdlog::level::info : spdlog::level::warn;
}

}  // namespace

void refusal_log::record(const boost::asio::ip::address& client, const problem& refusal, core::clock::time_point now) {
    const spdlog::level::level_enum level = level_of(refusal);
    if (!spdlog::should_log(level)) return;
    core::bounded_log& log = logs_[{refusal.what.code, refusal.code}];
    if (!log.admits(now)) return;
    const std::string text = secrets_ == nullptr ? core::printable(refusal.text, longest_line) : secrets_->shown(refusal.text, longest_line);
    const std::string_view advice = remedy_of(refusal);
    spdlog::log(level, "refused a request of {} with {}: {}{}{}{}", client.to_string(), refusal.what.code, text, advice.empty() ? "" : "; ", advice,
                log.text_of_skipped());
}

}  // namespace bridge::http
