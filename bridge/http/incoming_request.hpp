// One incoming HTTP request: the caller adds bytes and gets a head and a body. This file does no I/O.
#pragma once

#include <array>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <memory_resource>
#include <optional>

#include "bridge/http/head_reader.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request_body.hpp"

namespace bridge::http {

/// Parses one request from a connection's buffer, strictly (`fold_guard`, `head_reader`). It parses the head first and, after `begin_body`,
/// the body. The connection reads more bytes into the buffer whenever `parse` needs them.
class incoming_request {
public:
    /// `buffer` must outlive the request. `header_bytes` limits the length of the head, and the length of all chunk extensions together.
    incoming_request(boost::beast::flat_buffer& buffer, std::size_t header_bytes);
    incoming_request(const incoming_request&) = delete;
    incoming_request& operator=(const incoming_request&) = delete;

    /// Parses the bytes in the buffer, up to the end of the head, or of the body after `begin_body`. Returns no error when it reached the
    /// end, and `need_more` when it needs more bytes.
    boost::system::error_code parse();

    /// Fills `head` from the parsed head. Returns a problem if the head is ambiguous or breaks a rule.
    std::optional<problem> read_head();

    /// Returns an empty head until `read_head` has filled it. Valid as long as this object lives.
    const request_head& head() const;

    /// Returns the head in the words of the client, for another reader of the same request. Call it after `read_head`.
    std::string head_text() const;

    /// Returns the whole request for another reader, as `head_text` does. Call it when the body was read, and nothing was changed in it.
    std::string text();

    /// Makes `parse` continue with the body, of at most `longest` bytes. If `is_kept` is false, the body is discarded as it is parsed.
    void begin_body(std::size_t longest, bool is_kept, core::memory_account_ptr account);

    request_body::value_type& body() { return parser_.get().body(); }

    /// Returns the reply to a request that `parse` could not read because of `error`, or nothing if the request gets no reply.
    std::optional<problem> fault(boost::system::error_code error) const;

private:
    using field_allocator = std::pmr::polymorphic_allocator<char>;

    /// Beast calls this with the first line of each chunk.
    struct chunk_guard {
        incoming_request& of;
        void operator()(std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error) const {
            of.check_chunk(size, extensions, error);
        }
    };

    void check_chunk(std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error);
    bool has_folded_trailer(const char* trailers) const;
    std::string head_without(std::string_view left_out) const;
    std::string_view unparsed() const { return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()}; }

    // The header fields of a usual request fit into this block. The rest comes from the heap.
    std::array<std::byte, 1536> block_;
    std::pmr::monotonic_buffer_resource fields_{block_.data(), block_.size()};
    boost::beast::flat_buffer& buffer_;
    boost::beast::http::request_parser<request_body, field_allocator> parser_;
    fold_guard folds_;
    std::size_t scanned_ = 0;      // bytes of the buffer that `folds_` has seen
    std::size_t extensions_left_;  // bytes that chunk extensions may still use
    chunk_guard on_chunk_{*this};
    head_reader reader_;
    const request_head* head_ = nullptr;
};

}  // namespace bridge::http
