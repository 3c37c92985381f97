#include "bridge/child/sliced_reading.hpp"

#include <boost/asio/post.hpp>

#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

// For everything but the contents: an id of the client's, above all.
constexpr std::size_t envelope_room = 1024;

}  // namespace

core::task<jsonrpc::read_outcome> read_in_slices(core::executor where, std::string_view text,
                                                                               unsigned max_depth) {
    jsonrpc::large_envelope reading(text, max_depth);
    while (!reading.advance()) co_await boost::asio::post(where, core::nothrow);
    co_return reading.outcome();
}

core::task<std::string> copy_in_slices(core::executor where, std::string_view raw, bool has_line_breaks) {
    std::string out;
    out.reserve(raw.size() + envelope_room);
    while (!raw.empty()) {
        const std::string_view slice = raw.substr(0, jsonrpc::slice_bytes);
        jsonrpc::append_raw(out, slice, has_line_breaks);
        raw.remove_prefix(slice.size());
        co_await boost::asio::post(where, core::nothrow);
    }
    co_return out;
}

}  // namespace bridge::child
