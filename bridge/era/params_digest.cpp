#include "bridge/era/params_digest.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "bridge/core/turn.hpp"
#include "bridge/era/dense_json.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// Of names that are equal so far, the order in the request counts.
constexpr std::size_t compared_part = 256;

constexpr std::array ignored = {std::string_view("_meta"), std::string_view("inputResponses"), std::string_view("requestState")};

bool is_before(const jsonrpc::member& one, const jsonrpc::member& other) {
    return one.key.substr(0, compared_part) < other.key.substr(0, compared_part);
}

}  // namespace

params_digester::params_digester(std::string_view method, std::vector<jsonrpc::member> params) : params_(std::move(params)) {
    std::erase_if(params_, [](const jsonrpc::member& each) {
        return std::ranges::any_of(ignored, [&each](std::string_view name) { return jsonrpc::string_equals(each.key, name); });
    });
    std::ranges::stable_sort(params_, is_before);
    begin_part(method, false);
}

// The length comes first, so that no text can be read as two parts, or two as one.
void params_digester::begin_part(std::string_view text, bool is_value) {
    rest_ = text;
    is_raw_ = is_value && text.size() > longest_dense;
    if (is_value && !is_raw_) {
        dense_.clear();
        append_dense(dense_, text);
        rest_ = dense_;
    }
    made_.add(std::to_string(rest_.size()));
    made_.add(":");
}

bool params_digester::advance(std::size_t bytes) {
    while (bytes > 0) {
        const std::string_view now = rest_.substr(0, bytes);
        if (is_raw_) {
            // In a large message the line breaks are spaces by now, and the client may repeat the value in a smaller one.
            on_one_line_.clear();
            jsonrpc::append_raw(on_one_line_, now, true);
        }
        made_.add(is_raw_ ? std::string_view(on_one_line_) : now);
        rest_.remove_prefix(now.size());
        bytes -= now.size();
        if (!rest_.empty()) continue;
        if (next_ == 2 * params_.size()) return true;
        // Also what is empty costs a step.
        bytes -= std::min<std::size_t>(bytes, 1);
        const jsonrpc::member& param = params_[next_ / 2];
        const bool is_value = next_++ % 2 == 1;
        begin_part(is_value ? param.value : param.key, is_value);
    }
    return false;
}

core::digest params_digest(std::string_view method, std::vector<jsonrpc::member> params) {
    params_digester digester(method, std::move(params));
    while (!digester.advance(jsonrpc::slice_bytes)) continue;
    return digester.finish();
}

core::task<core::digest> digest_in_slices(core::executor executor, std::string_view method, std::vector<jsonrpc::member> params) {
    // g++ 12 does not align what is in a coroutine by more than 16 bytes.
    const auto digester = std::make_unique<params_digester>(method, std::move(params));
    core::turn turn(executor);
    while (!digester->advance(jsonrpc::slice_bytes)) {
        if (turn.is_over()) co_await turn.next();
    }
    co_return digester->finish();
}

}  // namespace bridge::era
