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

constexpr std::array ignored = {std::string_view("_meta"), std::string_view("inputResponses"), std::string_view("requestState")};

}  // namespace

core::digest params_digest(const jsonrpc::envelope& message) {
    std::vector<jsonrpc::member> params = jsonrpc::members_of(message.params);
    std::erase_if(params, [](const jsonrpc::member& each) {
        return std::ranges::any_of(ignored, [&each](std::string_view name) { return jsonrpc::string_equals(each.key, name); });
    });
    std::ranges::stable_sort(params, {}, &jsonrpc::member::key);
    std::string text(message.method);
    for (const jsonrpc::member& each : params) {
        text += ',';
        text += each.key;
        text += ':';
        append_dense(text, each.value);
    }
    return core::digest_of(text);
}

}  // namespace bridge::era
