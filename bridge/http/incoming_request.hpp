// One incoming HTTP request: the caller adds bytes and gets a head and a body. This file does no I/O.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "bridge/http/head_reader.hpp"
#include "bridge/http/head_text.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request_body.hpp"

namespace bridge::http {

/// Parses one request from a connection's buffer, strictly (`fold_guard`, `head_reader`). It parses the head first and, after `begin_body`,
/// the body. The connection reads more bytes into the buffer whenever `parse` needs them. The grammar is that of Beast's parser, which calls this
/// class with the parts as they are read. Beast's own containers of a message would cost more than the rest of the parsing.
class incoming_request : private boost::beast::http::basic_parser<true> {
public:
    /// `buffer` must outlive the request. `header_bytes` limits the length of the head, and the length of all chunk extensions together.
    incoming_request(boost::beast::flat_buffer& buffer, std::size_t header_bytes);

    /// Parses the bytes in the buffer, up to the end of the head, or of the body after `begin_body`. Returns no error when it reached the
    /// end, and `need_more` when it needs more bytes.
    boost::system::error_code parse();

    /// Completes `head` from the parsed head. Returns a problem if the head is ambiguous or breaks a rule.
    std::optional<problem> read_head();

    /// Returns an empty head until `read_head` has completed it. Valid as long as this object lives.
    const request_head& head() const;

    /// Returns the head in the words of the client, for another reader of the same request. Call it after `read_head`.
    std::string head_in_words() const { return head_without({}); }

    /// Returns the whole request for another reader, as `head_in_words` does. Call it when the body was read, and nothing was changed in it.
    std::string text() const;

    /// Makes `parse` continue with the body, of at most `longest` bytes. If `is_kept` is false, the body is discarded as it is parsed.
    void begin_body(std::size_t longest, bool is_kept, core::memory_account_ptr account);

    request_body& body() { return body_; }

    /// Returns the reply to a request that `parse` could not read because of `error`, or nothing if the request gets no reply.
    std::optional<problem> fault(boost::system::error_code error) const;

private:
    using error_code = boost::system::error_code;
    using string_view = boost::beast::string_view;

    // Beast's parser calls these functions.
    void on_request_impl(boost::beast::http::verb, string_view method, string_view target, int version, error_code&) override;
    void on_field_impl(boost::beast::http::field, string_view name, string_view value, error_code&) override;
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& failed) override;
    std::size_t on_body_impl(string_view bytes, error_code&) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& failed) override { return on_body_impl(bytes, failed); }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    bool has_folded_trailer(const char* trailers) const;
    std::string head_without(std::string_view left_out) const;
    std::string_view unparsed() const { return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()}; }

    boost::beast::flat_buffer& buffer_;
    head_text lines_;  // of the head, without the version behind the first one
    head_reader reader_;
    const request_head* head_ = nullptr;
    request_body body_;
    fold_guard folds_;
    bool is_http_1_0_ = false;
    std::string_view method_;
    std::size_t scanned_ = 0;      // bytes of the buffer that `folds_` has seen
    unsigned fields_ = 0;          // of the head
    std::size_t extensions_left_;  // bytes that chunk extensions may still use
};

}  // namespace bridge::http
