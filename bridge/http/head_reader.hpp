// A strict reader of request heads. A proxy in front of the bridge, or the server behind it, must not be able to read a different request
// from the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <forward_list>
#include <string>
#include <string_view>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// Detects folded header lines (obs-fold) in the raw bytes of a head. Beast joins such lines silently. RFC 9112, section 5.2, allows a
/// server to refuse them, and other readers parse the continuation as a header of its own.
class fold_guard {
public:
    /// Reads the next bytes of the head. Pass each byte once. Ignores bytes behind the head's empty line. Returns false once a line begins
    /// with a space or a tab. Costs one memchr per line.
    bool allows(std::string_view bytes);

    /// True until the request line has ended.
    bool is_in_first_line() const { return state_ == state::first_line; }

    /// True once the empty line behind the header fields was read.
    bool has_ended() const { return state_ == state::ended; }

private:
    enum class state : unsigned char { first_line, inside_line, line_start, empty_line, ended };

    state state_ = state::first_line;
};

/// Collects the target and the header fields of a request into a `request_head`. The reader refuses a repeated field that decides where the
/// request ends, who sent it or whom it is for. It joins list fields that arrive in several lines (RFC 9110, section 5.3).
class head_reader {
public:
    head_reader() = default;
    head_reader(const head_reader&) = delete;  // joined values are views into it
    head_reader& operator=(const head_reader&) = delete;

    /// Parses a request target. In the absolute form (RFC 9112, section 3.2.2) the authority of the target replaces Host.
    void read_target(std::string_view target);

    /// Adds a field. Call it in the order of arrival. The texts must live as long as the head is used.
    void add_field(std::string_view name, std::string_view value);

    /// Returns the reason why the request is ambiguous, in words, or an empty text. Call it after all fields were added.
    std::string_view fault(bool is_http_1_0) const;

    /// Returns the head, without the method and without the values that only the parser knows, which the caller can add. Call it after all fields
    /// were added. Valid as long as this object and the fields live.
    request_head& head();

private:
    enum field : unsigned char {
        accept,
        api_key,
        auth_token,
        authorization,
        client_principal,
        content_encoding,
        content_length,
        content_type,
        expect,
        forwarded_host,
        forwarded_prefix,
        forwarded_proto,
        functions_key,
        host,
        last_event_id,
        mcp_method,
        mcp_name,
        origin,
        protocol_version,
        session_id,
        transfer_encoding,
        user_agent,
        wanted_headers,
        count_
    };
    enum class repetition : unsigned char { is_refused, is_joined, is_ignored };
    // The head, with those values that only this object reads.
    struct raw_head : request_head {
        std::string_view host_field;
        std::string_view content_length;
        std::string_view transfer_encoding;
    };
    struct known_field {
        std::string_view name;
        repetition rule;
        std::string_view complaint;
        std::string_view raw_head::*text;                               // the member for the value, or null
        std::optional<std::string_view> raw_head::*optional = nullptr;  // the member for the value if `text` is null
    };
    static const std::array<known_field, count_> known_fields;
    static constexpr std::size_t longest_name = std::string_view("access-control-request-headers").size();
    static std::array<std::uint32_t, longest_name + 1> fields_by_length();

    bool has(field name) const { return (present_ & (1U << name)) != 0; }
    void refuse(std::string_view reason);
    std::string_view value_of(const known_field& known) const { return known.text != nullptr ? head_.*known.text : *(head_.*known.optional); }
    void set(const known_field& known, std::string_view value);
    void join(const known_field& known, std::string_view value);

    raw_head head_;
    std::uint32_t present_ = 0;
    std::string_view authority_;  // of a target in the absolute form
    std::string_view fault_;
    std::forward_list<std::string> joined_;  // values of fields that arrived in several lines
};

}  // namespace bridge::http
