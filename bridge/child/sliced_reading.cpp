#include "bridge/child/sliced_reading.hpp"

#include <algorithm>
#include <span>

#include "bridge/core/turn.hpp"
#include "bridge/core/utf8.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// Room for the end of an envelope, and for the members that results get in another era.
constexpr std::size_t envelope_room = 8 * 1024;

}  // namespace

core::task<jsonrpc::read_outcome> read_in_slices(core::executor executor, std::string_view text, unsigned max_depth, jsonrpc::version_rule rule) {
    jsonrpc::large_envelope reading(text, max_depth, rule);
    core::turn turn(executor);
    while (!reading.advance()) {
        if (turn.is_over()) co_await turn.next();
    }
    co_return reading.outcome();
}

core::task<void> copy_in_slices(core::executor executor, std::string& out, std::string_view raw, bool has_line_breaks) {
    core::turn turn(executor);
    out.reserve(out.size() + raw.size() + envelope_room);
    while (!raw.empty()) {
        const std::string_view slice = raw.substr(0, jsonrpc::slice_bytes);
        jsonrpc::append_raw(out, slice, has_line_breaks);
        raw.remove_prefix(slice.size());
        if (turn.is_over()) co_await turn.next();
    }
}

core::task<void> blank_in_slices(core::executor executor, std::string& text) {
    core::turn turn(executor);
    for (std::size_t at = 0; at < text.size(); at += jsonrpc::slice_bytes) {
        jsonrpc::blank_line_breaks(std::span(text).subspan(at, std::min(jsonrpc::slice_bytes, text.size() - at)));
        if (turn.is_over()) co_await turn.next();
    }
}

core::task<std::size_t> repaired_size(core::executor executor, std::string_view text) {
    core::turn turn(executor);
    std::size_t size = 0;
    while (!text.empty()) {
        const core::repaired_part part = core::repair_part(text, jsonrpc::slice_bytes, nullptr);
        size += part.written;
        text.remove_prefix(part.read);
        if (turn.is_over()) co_await turn.next();
    }
    co_return size;
}

core::task<std::string> repair_in_slices(core::executor executor, std::string_view text, std::size_t size) {
    core::turn turn(executor);
    std::string out;
    // A string that grows copies itself in one turn.
    out.reserve(size);
    while (!text.empty()) {
        text.remove_prefix(core::repair_part(text, jsonrpc::slice_bytes, &out).read);
        if (turn.is_over()) co_await turn.next();
    }
    co_return out;
}

core::task<std::size_t> find_in_slices(core::executor executor, std::string_view text, std::string_view wanted, bool is_inverse) {
    core::turn turn(executor);
    for (std::size_t begin = 0; begin < text.size(); begin += jsonrpc::slice_bytes) {
        const std::string_view slice = text.substr(begin, jsonrpc::slice_bytes);
        const std::size_t at = is_inverse ? slice.find_first_not_of(wanted) : slice.find_first_of(wanted);
        if (at != std::string_view::npos) co_return begin + at;
        if (turn.is_over()) co_await turn.next();
    }
    co_return std::string_view::npos;
}

}  // namespace bridge::child
