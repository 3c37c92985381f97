#include "bridge/session/refusal_answer.hpp"

#include <utility>

#include "bridge/core/retry_after.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

namespace error_code = jsonrpc::error_code;
using kind = child::refusal::kind;

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

refusal_answer answer_to(child::refusal refusal, refused_request request) {
    refusal_answer out{.outcome = core::outcome::lost, .code = error_code::internal_error, .text = std::move(refusal.text)};
    switch (refusal.reason) {
        case kind::at_limit:
            out.outcome = core::outcome::refused;
            out.code = error_code::server_error;
            out.retry_after = refusal.retry_after.value_or(core::usual_retry_after);
            break;
        case kind::refused_by_server:
            if (request == refused_request::other) break;
            out.outcome = core::outcome::error;
            out.server_error = std::move(refusal.server_error);
            break;
        case kind::failed:
        case kind::closed: break;
    }
    return out;
}

}  // namespace bridge::session
