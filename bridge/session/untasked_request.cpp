#include "bridge/session/untasked_request.hpp"

#include <algorithm>
#include <variant>

#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

constexpr std::string_view white_space = " \t\r\n";

// Overwrites the member whose raw value is `value`, a view into `text`, with spaces, and a comma beside it. Returns what was overwritten.
std::string_view blank_member(std::string& text, std::string_view value) {
    const auto value_begin = static_cast<std::size_t>(value.data() - text.data());
    // Only white space is between the value and its colon, and between that and the name. The name contains no quote: it is `task`, in any escapes.
    const std::size_t name_end = text.rfind('"', text.rfind(':', value_begin - 1));
    std::size_t begin = text.rfind('"', name_end - 1);
    std::size_t end = value_begin + value.size();
    const std::size_t next = text.find_first_not_of(white_space, end);
    const std::size_t previous = text.find_last_not_of(white_space, begin - 1);
    if (text[next] == ',') {
        end = next + 1;
    } else if (text[previous] == ',') {
        begin = previous;
    }
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    return std::string_view(text).substr(begin, end - begin);
}

}  // namespace

untasked_request::untasked_request(const jsonrpc::envelope& message, std::string* text, unsigned max_depth) {
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        text_ = text;
        message_ = message;
    } else {
        jsonrpc::append_call(copy_, message, message.id, {});
        const auto read = jsonrpc::read_envelope(copy_, max_depth);
        message_ = std::get<jsonrpc::envelope>(read);
    }
    const std::string_view blank = blank_member(text_ != nullptr ? *text_ : copy_, message_.task);
    if (message_.known) message_.known = message_.known->without({blank});
    message_.task = {};
}

}  // namespace bridge::session
