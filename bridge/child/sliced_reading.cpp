#include "bridge/child/sliced_reading.hpp"

#include <boost/asio/post.hpp>

#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::child {

core::task<std::variant<jsonrpc::envelope, jsonrpc::read_error>> read_in_slices(core::executor where, std::string_view text,
                                                                               unsigned max_depth) {
    jsonrpc::large_envelope reading(text, max_depth);
    while (!reading.advance()) co_await boost::asio::post(where, core::nothrow);
    co_return reading.outcome();
}

}  // namespace bridge::child
