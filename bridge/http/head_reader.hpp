// Reads the parts of a request's head strictly. A proxy in front of the bridge, or the server behind it, must not be able to read
// another request out of the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// Finds folded header lines (obs-fold) in the raw bytes of a head. Beast joins such lines without a word, but RFC 9112, section 5.2,
/// lets a server refuse them, and other readers take the continuation for a header of its own.
class fold_guard {
public:
    /// Reads the next bytes of the head, each of which is given once. Bytes behind the head's empty line are ignored. False once a
    /// line begins with a space or a tab. Costs one memchr for each line.
    bool allows(std::string_view bytes);

    /// The request line has not ended yet.
    bool is_in_first_line() const { return state_ == state::first_line; }

    /// The empty line behind the header fields was read.
    bool has_ended() const { return state_ == state::ended; }

private:
    enum class state : unsigned char { first_line, inside_line, line_start, empty_line, ended };

    state state_ = state::first_line;
};

/// Collects target and header fields into a `request_head`. It refuses a repeated field that decides where the request ends, who sent
/// it or whom it is for, and joins list fields that come in several lines (RFC 9110, section 5.3).
class head_reader {
public:
    head_reader() = default;
    head_reader(const head_reader&) = delete;  // joined values are views into it
    head_reader& operator=(const head_reader&) = delete;

    /// Takes a request target apart. In the absolute form (RFC 9112, section 3.2.2) the target's authority replaces Host.
    void read_target(std::string_view target);

    /// Adds a field in the order of arrival. The texts must live as long as the head is used.
    void add_field(std::string_view name, std::string_view value);

    /// What makes the request ambiguous, in words; empty if nothing does. To be asked when all fields are added.
    std::string_view fault(bool is_http_1_0) const;

    /// The head, without its method and without what only the parser knows. Valid as long as this object and the fields are.
    request_head head() const;

private:
    enum field : unsigned char {
        accept, authorization, client_principal, content_encoding, content_length, content_type, expect, forwarded_host, functions_key,
        host, last_event_id, origin, protocol_version, session_id, transfer_encoding, user_agent,
        count_
    };
    enum class repetition : unsigned char { is_refused, is_joined, is_ignored };
    struct known_field {
        std::string_view name;
        repetition rule;
        std::string_view complaint;
    };
    static const std::array<known_field, count_> known_fields;
    static constexpr std::size_t longest_name = std::string_view("x-ms-client-principal-id").size();
    static std::array<std::uint32_t, longest_name + 1> fields_by_length();

    bool has(field which) const { return (present_ & (1U << which)) != 0; }
    void refuse(std::string_view why);
    void join(field which, std::string_view value);

    std::array<std::string_view, count_> values_{};
    std::uint32_t present_ = 0;
    std::string_view path_;
    std::string_view query_;
    std::string_view authority_;  // of a target in absolute form
    std::string_view fault_;
    std::array<std::string, 3> joined_;  // of Accept, Content-Encoding and Expect
};

}  // namespace bridge::http
