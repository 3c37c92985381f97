#include "bridge/endpoints/modern_policy.hpp"

#include <charconv>

#include "bridge/era/request_fault.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::endpoints {
namespace {

constexpr std::size_t longest_error = 64 * 1024;

}  // namespace

status modern_policy::status_of(std::string_view answer) const {
    const std::string_view id = jsonrpc::answer_id(answer);
    const std::string_view behind_id = id.data() < answer.data() || id.data() > answer.data() + answer.size()
                                           ? std::string_view()
                                           : answer.substr(static_cast<std::size_t>(id.data() + id.size() - answer.data()));
    // A result, which can be long, is not searched.
    if (!behind_id.starts_with(R"(,"error":)")) return statuses::ok;
    // Nor is a long error, whose code is the server's own.
    if (answer.size() > longest_error) return statuses::ok;
    const std::string_view raw = jsonrpc::find_member(jsonrpc::find_member(answer, "error"), "code");
    int code = 0;
    std::from_chars(raw.data(), raw.data() + raw.size(), code);
    switch (era::status_of(code)) {
        case 400: return statuses::bad_request;
        case 404: return statuses::not_found;
        default: return statuses::ok;
    }
}

void modern_policy::on_reader_lost(session::stream&) {
    if (const auto left = call_.lock()) left->leave();
    if (cancel_) cancel_();
}

}  // namespace bridge::endpoints
