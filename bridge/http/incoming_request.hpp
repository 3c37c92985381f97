// One HTTP request as it arrives: bytes in, head and body out. It reads nothing itself.
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

/// Parses one request out of a connection's buffer, strictly (`fold_guard`, `head_reader`). First the head is parsed, then, after `begin_body`, the
/// body. The connection reads bytes into the buffer whenever `parse` needs more of them.
class incoming_request {
public:
    /// `buffer` must outlive the request. `header_bytes` is the longest head, and the most that all chunk extensions may have together.
    incoming_request(boost::beast::flat_buffer& buffer, std::size_t header_bytes);
    incoming_request(const incoming_request&) = delete;
    incoming_request& operator=(const incoming_request&) = delete;

    /// Parses what is in the buffer, up to the end of the head, or of the body once that was begun. No error says that the end was reached,
    /// `need_more` that it was not.
    boost::system::error_code parse();

    /// Makes `head` of the parsed head. The problem if it is ambiguous or breaks a rule.
    std::optional<problem> read_head();

    /// Valid as long as this object.
    const request_head& head() const { return head_; }

    /// Lets `parse` go on with the body, of at most `longest` bytes. A body that is not kept is thrown away as it is parsed.
    void begin_body(std::size_t longest, bool is_kept, core::memory_account_ptr account);

    request_body::value_type& body() { return parser_.get().body(); }

    /// The reply to a request that `parse` could not read because of `error`; nothing if it deserves none.
    std::optional<problem> fault(boost::system::error_code error) const;

private:
    using field_allocator = std::pmr::polymorphic_allocator<char>;

    /// Called by Beast with each chunk's first line.
    struct chunk_guard {
        incoming_request& of;
        void operator()(std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error) const {
            of.check_chunk(size, extensions, error);
        }
    };

    void check_chunk(std::uint64_t size, boost::beast::string_view extensions, boost::system::error_code& error);
    bool has_folded_trailer(const char* trailers) const;
    std::string_view unparsed() const { return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()}; }

    // The header fields of a usual request fit into this block; what does not comes from the heap.
    std::array<std::byte, 1536> block_;
    std::pmr::monotonic_buffer_resource fields_{block_.data(), block_.size()};
    boost::beast::flat_buffer& buffer_;
    boost::beast::http::request_parser<request_body, field_allocator> parser_;
    fold_guard folds_;
    std::size_t scanned_ = 0;         // so many bytes of the buffer `folds_` has seen
    std::size_t extensions_left_;     // bytes that chunk extensions may still have
    chunk_guard on_chunk_{*this};
    head_reader reader_;
    request_head head_;
};

}  // namespace bridge::http
