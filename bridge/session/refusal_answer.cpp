#include "bridge/session/refusal_answer.hpp"

#include <utility>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

namespace error_code = jsonrpc::error_code;
using kind = child::refusal::kind;

// The value of Retry-After for a refusal whose end is not known: most limits soon have room again.
constexpr std::chrono::milliseconds usual_retry_after{2'000};

}  // namespace

std::string refusal_answer::response(std::string_view id) const {
    std::string out;
    if (server_error.empty()) {
        jsonrpc::append_error(out, id, code, text);
    } else {
        jsonrpc::append_answer_head(out, jsonrpc::message_kind::error, id);
        out += server_error;
        out += jsonrpc::answer_tail;
    }
    return out;
}

refusal_answer answer_to(child::refusal why, refused_request request) {
    refusal_answer out{.outcome = core::outcome::lost, .code = error_code::internal_error, .text = std::move(why.text)};
    switch (why.reason) {
        case kind::at_limit:
            out.outcome = core::outcome::refused;
            out.code = error_code::server_error;
            out.retry_after = why.retry_after.value_or(usual_retry_after);
            break;
        case kind::refused_by_server:
            if (request == refused_request::other) break;
            out.outcome = core::outcome::error;
            out.server_error = std::move(why.server_error);
            break;
        case kind::failed:
        case kind::closed: break;
    }
    return out;
}

}  // namespace bridge::session
