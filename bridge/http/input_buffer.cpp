#include "bridge/http/input_buffer.hpp"

#include <boost/asio/buffer.hpp>
#include <utility>

#include "bridge/core/memory.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::http {
namespace {

// RFC 9112, section 2.2, requires a server to skip at least one.
constexpr unsigned most_empty_lines = 8;

}  // namespace

input_buffer::input_buffer(std::size_t header_bytes, core::memory_account_ptr account, const std::string& replies)
    : bytes_(longest(header_bytes)), replies_(replies), charge_(std::move(account), core::memory_use::connection) {}

void input_buffer::pay() {
    charge_.set(bytes_.capacity() + core::capacity_of(replies_));
}

void input_buffer::shrink() {
    if (bytes_.size() == 0 && bytes_.capacity() > read_size) bytes_.shrink_to_fit();
    pay();
}

void input_buffer::receive(std::size_t count) {
    core::meters().http_bytes_received += count;
    bytes_.commit(count);
    pay();
}

void input_buffer::receive_passed(const std::string& received) {
    boost::asio::buffer_copy(bytes_.prepare(received.size()), boost::asio::buffer(received));
    bytes_.commit(received.size());
    pay();
}

bool input_buffer::has_request() {
    for (;;) {
        const std::string_view text = unparsed();
        if (text.empty() || text == "\r") return false;
        if (!text.starts_with("\r\n") || empty_lines_ == most_empty_lines) break;
        ++empty_lines_;
        bytes_.consume(2);
    }
    empty_lines_ = 0;
    return true;
}

}  // namespace bridge::http
