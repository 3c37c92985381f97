#include "bridge/http/head_reader.hpp"

#include <algorithm>
#include <bit>

namespace bridge::http {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The characters of a host name or address with an optional port. User information is refused: "localhost@elsewhere" names another host
// than it seems to.
constexpr std::array<bool, 256> authority_characters = [] {
    std::array<bool, 256> out{};
    for (std::size_t c = 0x21; c < out.size(); ++c)
        out[c] = c != 0x7F && std::string_view("@/\\?#\"<>").find(static_cast<char>(c)) == std::string_view::npos;
    return out;
}();

bool is_authority(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return authority_characters[static_cast<unsigned char>(c)]; });
}

}  // namespace

bool fold_guard::allows(std::string_view bytes) {
    while (!bytes.empty() && state_ != state::ended) {
        const char next = bytes.front();
        if (state_ == state::line_start) {
            if (next == ' ' || next == '\t') return false;
            state_ = next == '\r' ? state::empty_line : state::inside_line;
            if (state_ == state::empty_line) bytes.remove_prefix(1);
            continue;
        }
        if (state_ == state::empty_line && next == '\n') {
            state_ = state::ended;
            return true;
        }
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            if (state_ == state::empty_line) state_ = state::inside_line;
            return true;
        }
        state_ = state::line_start;
        bytes.remove_prefix(end + 1);
    }
    return true;
}

// In the order of `field`.
const std::array<head_reader::known_field, head_reader::count_> head_reader::known_fields = {{
    {"accept", repetition::is_joined, {}, nullptr, &raw_head::accept},
    {"x-api-key", repetition::is_refused, "more than one x-api-key", &raw_head::api_key},
    {"x-auth-token", repetition::is_refused, "more than one x-auth-token", &raw_head::auth_token},
    {"authorization", repetition::is_refused, "more than one Authorization", &raw_head::authorization},
    {"x-ms-client-principal-id", repetition::is_refused, "more than one X-MS-CLIENT-PRINCIPAL-ID", &raw_head::client_principal},
    {"content-encoding", repetition::is_joined, {}, &raw_head::content_encoding},
    {"content-length", repetition::is_refused, "more than one Content-Length", &raw_head::content_length},
    {"content-type", repetition::is_ignored, {}, &raw_head::content_type},
    {"expect", repetition::is_joined, {}, &raw_head::expect},
    {"x-forwarded-host", repetition::is_refused, "more than one X-Forwarded-Host", &raw_head::forwarded_host},
    {"x-forwarded-prefix", repetition::is_joined, {}, &raw_head::forwarded_prefix},
    {"x-forwarded-proto", repetition::is_ignored, {}, &raw_head::forwarded_proto},
    {"x-functions-key", repetition::is_refused, "more than one x-functions-key", nullptr, &raw_head::functions_key},
    {"host", repetition::is_refused, "more than one Host", &raw_head::host_field},
    {"last-event-id", repetition::is_refused, "more than one Last-Event-ID", nullptr, &raw_head::last_event_id},
    {"mcp-method", repetition::is_refused, "more than one Mcp-Method", nullptr, &raw_head::mcp_method},
    {"mcp-name", repetition::is_refused, "more than one Mcp-Name", nullptr, &raw_head::mcp_name},
    {"origin", repetition::is_refused, "more than one Origin", nullptr, &raw_head::origin},
    {"mcp-protocol-version", repetition::is_refused, "more than one MCP-Protocol-Version", &raw_head::protocol_version},
    {"mcp-session-id", repetition::is_refused, "more than one Mcp-Session-Id", &raw_head::session_id},
    {"transfer-encoding", repetition::is_refused, "more than one Transfer-Encoding", &raw_head::transfer_encoding},
    {"user-agent", repetition::is_ignored, {}, &raw_head::user_agent},
    {"access-control-request-headers", repetition::is_joined, {}, &raw_head::wanted_headers},
}};

// [n]: a bit for each known field whose name has n characters.
std::array<std::uint32_t, head_reader::longest_name + 1> head_reader::fields_by_length() {
    std::array<std::uint32_t, longest_name + 1> out{};
    for (std::size_t which = 0; which < known_fields.size(); ++which) out[known_fields[which].name.size()] |= 1U << which;
    return out;
}

void head_reader::refuse(std::string_view reason) {
    if (fault_.empty()) fault_ = reason;
}

void head_reader::read_target(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!same_name(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        authority_ = target.substr(0, target.find_first_of("/?#"));
        target.remove_prefix(authority_.size());
        if (authority_.empty() || !is_authority(authority_)) refuse("the host in the request target is invalid");
        if (!target.starts_with('/')) head_.path = "/";
        break;
    }
    const std::size_t mark = target.find('?');
    if (head_.path.empty()) head_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) head_.query = target.substr(mark + 1);
}

void head_reader::add_field(std::string_view name, std::string_view value) {
    static const auto by_length = fields_by_length();
    constexpr std::string_view parameter_prefix = "mcp-param-";
    if (name.empty()) return;
    const char initial = lower(name.front());
    const bool is_long = name.size() > parameter_prefix.size();
    if (is_long && initial == parameter_prefix.front() && same_name(name.substr(0, parameter_prefix.size()), parameter_prefix)) {
        head_.mcp_parameters.push_back({name.substr(parameter_prefix.size()), value});
        return;
    }
    if (name.size() >= by_length.size()) return;
    for (std::uint32_t candidates = by_length[name.size()]; candidates != 0; candidates &= candidates - 1) {
        const auto which = static_cast<unsigned>(std::countr_zero(candidates));
        const known_field& known = known_fields[which];
        if (known.name.front() != initial || !same_name(known.name, name)) continue;
        if (!has(static_cast<field>(which))) {
            present_ |= 1U << which;
            set(known, value);
        } else if (known.rule == repetition::is_refused) {
            refuse(known.complaint);
        } else if (known.rule == repetition::is_joined) {
            join(known, value);
        }
        return;
    }
}

void head_reader::set(const known_field& known, std::string_view value) {
    if (known.text != nullptr) {
        head_.*known.text = value;
    } else {
        head_.*known.optional = value;
    }
}

// Few fields are joined, so there are few texts.
void head_reader::join(const known_field& known, std::string_view value) {
    const std::string_view before = value_of(known);
    auto found = std::ranges::find_if(joined_, [before](const std::string& each) { return each.data() == before.data(); });
    if (found == joined_.end()) {
        joined_.emplace_front(before);
        found = joined_.begin();
    }
    *found += ", ";
    *found += value;
    set(known, *found);
}

std::string_view head_reader::fault(bool is_http_1_0) const {
    if (!fault_.empty()) return fault_;
    if (has(transfer_encoding) && (is_http_1_0 || !same_name(head_.transfer_encoding, "chunked"))) {
        return "the only accepted transfer coding is chunked, and not in HTTP/1.0";
    }
    if (has(content_length) && !is_number(head_.content_length)) return "Content-Length is not one number";
    if (!has(host) && !is_http_1_0) return "no Host";
    if (!is_authority(head_.host_field)) return "Host is invalid";
    return {};
}

request_head& head_reader::head() {
    head_.host = authority_.empty() ? head_.host_field : authority_;
    // The initial value of an event source's last event id is the empty string (HTML, section 9.2), and some clients send it.
    if (head_.last_event_id && head_.last_event_id->empty()) head_.last_event_id.reset();
    return head_;
}

}  // namespace bridge::http
