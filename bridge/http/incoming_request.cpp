#include "bridge/http/incoming_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;
using jsonrpc::error_code::server_error;

// Each field costs memory beside its bytes, so thousands of empty ones would cost more than the limit of a head says.
constexpr unsigned most_fields = 256;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

problem malformed(std::string_view reason) {
    return {statuses::bad_request, server_error, "Bad Request: malformed HTTP: " + std::string(reason), {}};
}

}  // namespace

incoming_request::incoming_request(beast::flat_buffer& buffer, std::size_t header_bytes) : buffer_(buffer), extensions_left_(header_bytes) {
    header_limit(static_cast<std::uint32_t>(header_bytes));
    body_limit(boost::none);  // the limit of the body depends on the route
}

boost::system::error_code incoming_request::parse() {
    boost::system::error_code failed;
    while (!(is_header_done() && (!eager() || is_done()))) {
        if (buffer_.size() == 0) return error::need_more;
        if (!is_header_done()) {
            if (!folds_.allows(unparsed().substr(scanned_))) return error::bad_obs_fold;
            scanned_ = buffer_.size();
        }
        const std::size_t parsed = put(buffer_.data(), failed);
        buffer_.consume(parsed);
        scanned_ -= std::min(scanned_, parsed);
        // Beast waits for the eight characters of a version, even if the head ended with fewer.
        if (failed == error::need_more && !is_header_done() && folds_.has_ended()) return error::bad_version;
        if (failed) return failed;
    }
    return failed;
}

void incoming_request::on_request_impl(beast::http::verb, string_view method, string_view target, int version, error_code&) {
    const std::string_view line = lines_.add(view(method), ' ', view(target));
    method_ = line.substr(0, method.size());
    is_http_1_0_ = version < 11;
    reader_.read_target(line.substr(method.size() + 1));
}

// The fields behind a chunked body have no meaning to the bridge.
void incoming_request::on_field_impl(beast::http::field, string_view name, string_view value, error_code& failed) {
    if (is_header_done()) return;
    if (++fields_ > most_fields) {
        failed = error::header_limit;
        return;
    }
    const std::string_view line = lines_.add(view(name), ':', view(value));
    reader_.add_field(line.substr(0, name.size()), line.substr(name.size() + 1));
}

std::size_t incoming_request::on_body_impl(string_view bytes, error_code&) {
    body_.add(view(bytes));
    return bytes.size();
}

// Beast treats a body in an unknown coding as no body, and `Content-Length: 5, 5` as 5. So the head reader checks these fields again.
std::optional<problem> incoming_request::read_head() {
    if (const auto fault = reader_.fault(is_http_1_0_); !fault.empty()) return malformed(fault);
    request_head& head = reader_.head();
    head.method = method_;
    head.is_http_1_0 = is_http_1_0_;
    head.keeps_alive = keep_alive();
    head.body_bytes = content_length().value_or(0);
    head.has_body = chunked() || head.body_bytes > 0;
    head_ = &head;
    return std::nullopt;
}

const request_head& incoming_request::head() const {
    static const request_head unread;
    return head_ != nullptr ? *head_ : unread;
}

// The client has sent the body already, so it waits for no interim reply. A chunked body becomes one chunk.
std::string incoming_request::text() const {
    std::string out = head_without("Expect");
    const std::string& content = body_.text;
    if (!chunked()) return out + content;
    std::array<char, 2 * sizeof(std::size_t)> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), content.size(), 16).ptr;
    if (!content.empty()) out.append(digits.begin(), end).append("\r\n").append(content).append("\r\n");
    return out + "0\r\n\r\n";
}

// The head, without the header `left_out`. It is not longer than the head that was within the limit, because it has no spaces around values.
std::string incoming_request::head_without(std::string_view left_out) const {
    const std::string lines = lines_.text();
    std::string_view rest = lines;
    const auto next_line = [&rest] {
        const std::string_view line = rest.substr(0, rest.find('\n') + 1);
        rest.remove_prefix(line.size());
        return line;
    };
    const std::string_view first = next_line();
    std::string out(first.substr(0, first.size() - 2));
    out += is_http_1_0_ ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    while (!rest.empty()) {
        const std::string_view line = next_line();
        if (!same_name(line.substr(0, line.find(':')), left_out)) out += line;
    }
    return out + "\r\n";
}

void incoming_request::begin_body(std::size_t longest, bool is_kept, core::memory_account_ptr account) {
    eager(true);
    body_limit(longest);
    body_.is_kept = is_kept;
    body_.charge = core::memory_charge(std::move(account), core::memory_use::request_body);
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
void incoming_request::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& failed) {
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
