#include "bridge/session/untasked_request.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/other_params.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {

untasked_request::untasked_request(const jsonrpc::envelope& message, std::string* text, unsigned max_depth) {
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        text_ = text;
        message_ = message;
    } else {
        jsonrpc::append_call(copy_, message, message.id, {});
        const auto read = jsonrpc::read_envelope(copy_, max_depth);
        message_ = std::get<jsonrpc::envelope>(read);
    }
    const std::optional<std::vector<jsonrpc::member>> members = jsonrpc::few_members_of(message_, message_.params);
    has_too_many_members_ = !members;
    if (!members) return;
    const auto is_task = [this](const jsonrpc::member& each) { return each.value.data() == message_.task.data(); };
    std::vector<std::string_view> cuts;
    jsonrpc::add_cuts(*members, is_task, cuts);
    jsonrpc::remove_params(text_ != nullptr ? *text_ : copy_, message_, std::move(cuts), max_depth);
}

}  // namespace bridge::session
