// The bytes of a connection that are read and not parsed yet.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/core/memory_charge.hpp"

namespace bridge::http {

/// The bytes of one read from a connection: enough for a usual request, and few enough for thousands of idle connections.
inline constexpr std::size_t read_size = 4096;

class input_buffer {
public:
    /// The bytes that it holds at most: a head of `header_bytes`, and two reads.
    static constexpr std::size_t longest(std::size_t header_bytes) { return header_bytes + 2 * read_size; }

    /// `account` pays for it and for `replies`, the bytes that the connection writes, which must outlive
    /// it.
    input_buffer(std::size_t header_bytes, core::memory_account_ptr account, const std::string& replies);
    input_buffer(const input_buffer&) = delete;
    input_buffer& operator=(const input_buffer&) = delete;

    boost::beast::flat_buffer& bytes() { return bytes_; }
    std::string_view unparsed() const { return {static_cast<const char*>(bytes_.cdata().data()), bytes_.size()}; }

    /// True if another read finds no room: what is there does not end.
    bool is_full() const { return bytes_.size() > bytes_.max_size() - read_size; }
    /// True if there is more than one read.
    bool is_long() const { return bytes_.size() > read_size; }
    /// The room for one read. `receive` adds the `count` bytes that were read into it.
    auto prepare() { return bytes_.prepare(read_size); }
    void receive(std::size_t count);
    /// Adds the bytes that another process read before it passed the connection on.
    void receive_passed(const std::string& received);

    /// True once there is more than empty lines. Some clients send empty lines behind a body, and the bridge skips them (RFC 9112, section 2.2). If
    /// there are too many, the parser refuses the next one.
    bool has_request();

    void clear() { bytes_.clear(); }
    /// Frees the room that a long head needed, if it is empty.
    void shrink();

private:
    void pay();

    boost::beast::flat_buffer bytes_;
    const std::string& replies_;
    core::memory_charge charge_;
    unsigned empty_lines_ = 0;  // skipped before the next request
};

}  // namespace bridge::http
