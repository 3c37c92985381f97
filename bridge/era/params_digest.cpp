#include "bridge/era/params_digest.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "bridge/era/dense_json.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::era {
namespace {

constexpr std::size_t longest_part = 32 * 1024;

// Of each name and, if all of them together are longer than one may be, of each value.
constexpr std::size_t short_part = 256;

constexpr std::array ignored = {std::string_view("_meta"), std::string_view("inputResponses"), std::string_view("requestState")};

void append_ends(std::string& out, std::string_view text, std::size_t part) {
    out += text.substr(0, part);
    out += text.substr(text.size() - part);
    out += std::to_string(text.size());
}

// A client repeats a request in the bytes in which it sent it. So of a long value a part is enough, which costs less.
void append_value(std::string& out, std::string_view value, std::size_t part) {
    if (value.size() <= 2 * part) return append_dense(out, value);
    append_ends(out, value, part);
}

void append_key(std::string& out, std::string_view key) {
    if (key.size() <= 2 * short_part) {
        out += key;
    } else {
        append_ends(out, key, short_part);
    }
}

bool is_before(const jsonrpc::member& one, const jsonrpc::member& other) {
    return one.key.substr(0, short_part) < other.key.substr(0, short_part);
}

}  // namespace

core::digest params_digest(std::string_view method, std::vector<jsonrpc::member> params) {
    std::erase_if(params, [](const jsonrpc::member& each) {
        return std::ranges::any_of(ignored, [&each](std::string_view name) { return jsonrpc::string_equals(each.key, name); });
    });
    std::ranges::stable_sort(params, is_before);
    std::size_t bytes = 0;
    for (const jsonrpc::member& each : params) bytes += each.value.size();
    const bool are_long = params.size() > 2 && bytes > 2 * longest_part;
    std::string text(method);
    for (const jsonrpc::member& each : params) {
        text += ',';
        append_key(text, each.key);
        text += ':';
        append_value(text, each.value, are_long ? short_part : longest_part);
    }
    return core::digest_of(text);
}

}  // namespace bridge::era
