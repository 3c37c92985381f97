#include "bridge/http/incoming_request.hpp"

#include <algorithm>
#include <charconv>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using jsonrpc::error_code::server_error;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

problem malformed(std::string_view reason) {
    return {statuses::bad_request, server_error, "Bad Request: malformed HTTP: " + std::string(reason), {}};
}

}  // namespace

incoming_request::incoming_request(beast::flat_buffer& buffer, std::size_t header_bytes)
    : buffer_(buffer), parser_(std::piecewise_construct, std::make_tuple(), std::make_tuple(field_allocator(&fields_))),
      extensions_left_(header_bytes) {
    parser_.header_limit(static_cast<std::uint32_t>(header_bytes));
    parser_.body_limit(boost::none);  // the limit of the body depends on the route
}

boost::system::error_code incoming_request::parse() {
    boost::system::error_code failed;
    while (!(parser_.is_header_done() && (!parser_.eager() || parser_.is_done()))) {
        if (buffer_.size() == 0) return error::need_more;
        if (!parser_.is_header_done()) {
            if (!folds_.allows(unparsed().substr(scanned_))) return error::bad_obs_fold;
            scanned_ = buffer_.size();
        }
        const std::size_t parsed = parser_.put(buffer_.data(), failed);
        buffer_.consume(parsed);
        scanned_ -= std::min(scanned_, parsed);
        // Beast waits for the eight characters of a version, even if the head ended with fewer.
        if (failed == error::need_more && !parser_.is_header_done() && folds_.has_ended()) return error::bad_version;
        if (failed) return failed;
    }
    return failed;
}

// Beast treats a body in an unknown coding as no body, and `Content-Length: 5, 5` as 5. So the head reader checks these fields again.
std::optional<problem> incoming_request::read_head() {
    const auto& message = parser_.get();
    reader_.read_target(view(message.target()));
    for (const auto& field : message) reader_.add_field(view(field.name_string()), view(field.value()));
    const bool is_http_1_0 = message.version() < 11;
    if (const auto fault = reader_.fault(is_http_1_0); !fault.empty()) return malformed(fault);
    request_head& head = reader_.head();
    head.method = view(message.method_string());
    head.is_http_1_0 = is_http_1_0;
    head.keeps_alive = message.keep_alive();
    head.body_bytes = parser_.content_length().value_or(0);
    head.has_body = parser_.chunked() || head.body_bytes > 0;
    head_ = &head;
    return std::nullopt;
}

const request_head& incoming_request::head() const {
    static const request_head unread;
    return head_ != nullptr ? *head_ : unread;
}

std::string incoming_request::head_text() const {
    return head_without({});
}

// The client has sent the body already, so it waits for no interim reply. A chunked body becomes one chunk.
std::string incoming_request::text() {
    std::string out = head_without("Expect");
    const std::string& content = body().text;
    if (!parser_.chunked()) return out + content;
    std::array<char, 2 * sizeof(std::size_t)> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), content.size(), 16).ptr;
    if (!content.empty()) out.append(digits.begin(), end).append("\r\n").append(content).append("\r\n");
    return out + "0\r\n\r\n";
}

// The head, without the header `left_out`.
std::string incoming_request::head_without(std::string_view left_out) const {
    const auto& message = parser_.get();
    std::string out(view(message.method_string()));
    out += ' ';
    out += view(message.target());
    out += message.version() < 11 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    // Without spaces, so that the text is not longer than the head that was within the limit.
    for (const auto& field : message) {
        if (same_name(view(field.name_string()), left_out)) continue;
        out += view(field.name_string());
        out += ':';
        out += view(field.value());
        out += "\r\n";
    }
    out += "\r\n";
    return out;
}

void incoming_request::begin_body(std::size_t longest, bool is_kept, core::memory_account_ptr account) {
    if (parser_.chunked()) parser_.on_chunk_header(on_chunk_);
    parser_.eager(true);
    parser_.body_limit(longest);
    body().is_kept = is_kept;
    body().charge = core::memory_charge(std::move(account), core::memory_use::request_body);
}

std::optional<problem> incoming_request::fault(boost::system::error_code failed) const {
    if (failed == error::header_limit || failed == error::buffer_overflow) {
        core::meters().count_hit(core::bound::header_size);
        if (folds_.is_in_first_line()) return problem{statuses::uri_too_long, server_error, "URI Too Long: the request line is over the limit", {}};
        return problem{statuses::headers_too_large, server_error, "the request's headers are over the limit", {}};
    }
    const bool is_grammar =
        failed.category() == make_error_code(error::bad_method).category() && failed != error::end_of_stream && failed != error::partial_message;
    return is_grammar ? std::optional(malformed(failed.message())) : std::nullopt;
}

// The bridge ignores chunk extensions, but they must not make a small body long: all extensions of one request have the limit of a head.
// Some readers would end the line at a line feed in a quoted extension. The last chunk arrives together with the trailers behind it.
void incoming_request::check_chunk(std::uint64_t size, beast::string_view extensions, boost::system::error_code& failed) {
    const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; };
    if (std::ranges::any_of(extensions, is_control)) {
        failed = error::bad_chunk_extension;
    } else if (extensions.size() > extensions_left_) {
        failed = error::header_limit;
    } else if (size == 0 && has_folded_trailer(extensions.data() + extensions.size())) {
        failed = error::bad_obs_fold;
    }
    extensions_left_ -= std::min(extensions_left_, extensions.size());
}

bool incoming_request::has_folded_trailer(const char* trailers) const {
    const char* const end = unparsed().data() + unparsed().size();
    return !fold_guard().allows({trailers, static_cast<std::size_t>(end - trailers)});
}

}  // namespace bridge::http
