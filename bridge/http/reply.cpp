#include "bridge/http/reply.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <charconv>
#include <ctime>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/platform/peer.hpp"

namespace bridge::http {
namespace {

constexpr std::string_view line_end = "\r\n";

// A body of up to this size is copied behind its head, which is cheaper than a write of two buffers.
constexpr std::size_t copied_body = 16 * 1024;

// A buffer that a large reply has grown above this size is shrunk afterwards.
constexpr std::size_t kept_buffer = 32 * 1024;

// The bytes of one write to a client that reads its reply slowly.
constexpr std::size_t piece_bytes = 256 * 1024;

// Returns the Date header (RFC 9110, section 6.6.1). It is formatted once a second.
std::string_view date_line() {
    static std::time_t made = 0;
    static std::array<char, 48> text{};
    static std::size_t size = 0;
    if (const std::time_t now = std::time(nullptr); now != made) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        made = now;
    }
    return {text.data(), size};
}

void append_number(std::string& out, std::size_t value, int base = 10) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    out.append(digits.data(), end);
}

}  // namespace

void reply::add_header(std::string_view name, std::string_view value) {
    headers_ += name;
    headers_ += ": ";
    headers_ += value;
    headers_ += line_end;
}

void reply::append_head(status reply_status, std::string_view type) {
    core::meters().count_response(reply_status.code);
    out_ += "HTTP/1.1 ";
    append_number(out_, static_cast<std::size_t>(reply_status.code));
    out_ += ' ';
    out_ += reply_status.reason;
    out_ += line_end;
    out_ += date_line();
    if (!type.empty()) {
        out_ += "Content-Type: ";
        out_ += type;
        out_ += line_end;
    }
    if (!how_.origin.empty()) {
        out_ += "Access-Control-Allow-Origin: ";
        out_ += how_.origin;
        out_ +=
            "\r\nAccess-Control-Expose-Headers: Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After\r\n"
            "Vary: Origin\r\n";
    }
    if (!how_.keeps_alive) {
        out_ += "Connection: close\r\n";
    } else if (how_.is_http_1_0) {
        out_ += "Connection: keep-alive\r\n";
    }
    out_ += headers_;
}

void reply::write_now() {
    boost::system::error_code error;
    const std::size_t count = more_.empty() ? socket_.write_some(boost::asio::buffer(out_) + written_, error) : socket_.write_some(unsent(), error);
    core::meters().http_bytes_sent += count;
    written_ += count;
    broken_ = error && error != boost::asio::error::would_block;
    if (broken_ || written_ == total()) clear();
}

std::size_t reply::total() const {
    std::size_t out = out_.size();
    for (const std::string& each : more_) out += each.size();
    return out;
}

std::vector<boost::asio::const_buffer> reply::unsent() const {
    std::vector<boost::asio::const_buffer> out;
    std::size_t written = written_;
    const auto add = [&](const std::string& part) {
        if (written < part.size()) out.push_back(boost::asio::buffer(part) + written);
        written -= std::min(written, part.size());
    };
    add(out_);
    for (const std::string& each : more_) add(each);
    return out;
}

void reply::clear() {
    out_.clear();
    if (out_.capacity() > kept_buffer) out_.shrink_to_fit();
    more_.clear();
    written_ = 0;
    unsent_charge_.set(0);
}

core::task<void> reply::flush() {
    close_chunk();
    if (broken_) clear();
    if (out_.empty()) co_return;
    if (written_ == 0) write_now();
    if (out_.empty()) co_return;
    const auto rest = unsent();
    std::size_t capacity = out_.capacity();
    for (const std::string& each : more_) capacity += core::capacity_of(each);
    unsent_charge_.set(capacity);
    // From now on the sweep over all connections watches how much the client reads. So the deadline counts the bytes that have reached the
    // client, not those in the kernel, which holds megabytes.
    state_.handed_over = written_;
    state_.moving.begin(total(), patience_, core::clock::now());
    state_.deadline = state_.moving.deadline();
    state_.is_sending = true;
    const auto go_on = [this](const boost::system::error_code& failed, std::size_t done) {
        state_.handed_over = written_ + done;
        return failed ? 0 : piece_bytes;
    };
    const auto [error, count] = co_await boost::asio::async_write(socket_, rest, go_on, core::nothrow);
    state_.is_sending = false;
    state_.deadline = core::clock::time_point::max();
    core::meters().http_bytes_sent += count;
    broken_ = static_cast<bool>(error);
    clear();
}

core::task<void> reply::send_continue() {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    co_await flush();
}

// RFC 9110, section 8.6: a 204 has no Content-Length.
void reply::append_length(std::size_t size) {
    out_ += "Content-Length: ";
    append_number(out_, size);
    out_ += line_end;
}

void reply::put(status reply_status, std::string_view type, std::string body) {
    append_head(reply_status, type);
    if (reply_status.code != statuses::no_content.code) append_length(body.size());
    out_ += line_end;
    sent_ = true;
    if (how_.is_head) body.clear();
    if (body.size() <= copied_body) {
        out_ += body;
    } else {
        more_.push_back(std::move(body));
    }
    write_now();
}

void reply::put(status reply_status, std::string_view type, std::vector<std::string> parts) {
    append_head(reply_status, type);
    std::size_t size = 0;
    for (const std::string& each : parts) size += each.size();
    append_length(size);
    out_ += line_end;
    sent_ = true;
    if (!how_.is_head) more_ = std::move(parts);
    write_now();
}

core::task<void> reply::send(status reply_status, std::string_view type, std::string body) {
    put(reply_status, type, std::move(body));
    if (has_unsent()) co_await flush();
}

void reply::start_stream() {
    streams_ = true;
    sent_ = true;
    if (how_.is_http_1_0) how_.keeps_alive = false;
    append_head(statuses::ok, "text/event-stream");
    // X-Accel-Buffering keeps nginx and similar proxies from buffering events.
    out_ += "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n";
    if (!how_.is_http_1_0) out_ += "Transfer-Encoding: chunked\r\n";
    out_ += line_end;
}

void reply::add_event(std::string_view data, std::string_view id, std::string_view type) {
    chunk_ += "event: ";
    chunk_ += type;
    if (!id.empty()) {
        chunk_ += "\nid: ";
        chunk_ += id;
    }
    chunk_ += "\ndata: ";
    chunk_ += data;
    chunk_ += "\n\n";
}

void reply::add_event(std::string&& data, std::string_view id) {
    if (data.size() <= copied_body) return add_event(std::string_view(data), id);
    close_chunk();
    add_event(std::string_view(), id);
    // `before` is the text before the data, `end` the text behind it.
    const std::string before = std::exchange(chunk_, {});
    constexpr std::string_view end = "\n\n";
    append_chunk_size(before.size() + data.size());
    last_part().append(before, 0, before.size() - end.size());
    more_.push_back(std::move(data));
    more_.emplace_back(end);
    if (!how_.is_http_1_0) more_.back() += line_end;
}

void reply::add_bookmark(std::string_view id, std::chrono::milliseconds delay) {
    chunk_ += "id: ";
    chunk_ += id;
    chunk_ += "\nretry: ";
    append_number(chunk_, static_cast<std::size_t>(delay.count()));
    chunk_ += "\ndata: \n\n";
}

void reply::add_endpoint(std::string_view url, std::string_view id, std::chrono::milliseconds delay) {
    chunk_ += "event: endpoint\nid: ";
    chunk_ += id;
    chunk_ += "\nretry: ";
    append_number(chunk_, static_cast<std::size_t>(delay.count()));
    chunk_ += "\ndata: ";
    chunk_ += url;
    chunk_ += "\n\n";
}

void reply::add_comment(std::string_view text) {
    chunk_ += ": ";
    chunk_ += text;
    chunk_ += '\n';
}

void reply::look_for_client() {
    if (platform::has_peer_closed(socket_.native_handle())) state_.client_left = true;
}

void reply::append_chunk_size(std::size_t size) {
    if (how_.is_http_1_0) return;
    append_number(last_part(), size, 16);
    last_part() += line_end;
}

void reply::close_chunk() {
    if (chunk_.empty()) return;
    append_chunk_size(chunk_.size());
    last_part() += chunk_;
    if (!how_.is_http_1_0) last_part() += line_end;
    chunk_.clear();
    if (chunk_.capacity() > kept_buffer) chunk_.shrink_to_fit();
}

void reply::end_stream() {
    close_chunk();
    if (!how_.is_http_1_0) last_part() += "0\r\n\r\n";
}

}  // namespace bridge::http
