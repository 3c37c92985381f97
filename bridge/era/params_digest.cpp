#include "bridge/era/params_digest.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "bridge/era/dense_json.hpp"
#include "bridge/jsonrpc/members.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::era {
namespace {

constexpr std::size_t longest_part = 32 * 1024;

// Of each value, if all of them together are longer than one may be.
constexpr std::size_t short_part = 512;

constexpr std::array ignored = {std::string_view("_meta"), std::string_view("inputResponses"), std::string_view("requestState")};

// A client repeats a request in the bytes in which it sent it. So of a long value a part is enough, which costs less.
void append_value(std::string& out, std::string_view value, std::size_t part) {
    if (value.size() <= 2 * part) return append_dense(out, value);
    out += value.substr(0, part);
    out += value.substr(value.size() - part);
    out += std::to_string(value.size());
}

}  // namespace

core::digest params_digest(const jsonrpc::envelope& message) {
    std::vector<jsonrpc::member> params = jsonrpc::members_of(message.params);
    std::erase_if(params, [](const jsonrpc::member& each) {
        return std::ranges::any_of(ignored, [&each](std::string_view name) { return jsonrpc::string_equals(each.key, name); });
    });
    std::ranges::stable_sort(params, {}, &jsonrpc::member::key);
    const bool are_long = params.size() > 2 && message.params.size() > 2 * longest_part;
    std::string text(message.method);
    for (const jsonrpc::member& each : params) {
        text += ',';
        text += each.key;
        text += ':';
        append_value(text, each.value, are_long ? short_part : longest_part);
    }
    return core::digest_of(text);
}

}  // namespace bridge::era
