#include "bridge/http/authentication.hpp"

#include <algorithm>
#include <charconv>

#include "bridge/core/secret.hpp"

namespace bridge::http {
namespace {

constexpr std::string_view bearer = "Bearer ";

// No key's holder is taken for somebody who has signed in.
const std::string user_prefix = "user:";

std::string_view bearer_token(std::string_view authorization) {
    if (!same_name(authorization.substr(0, bearer.size()), bearer)) return {};
    authorization.remove_prefix(bearer.size());
    const std::size_t start = authorization.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view{} : authorization.substr(start);
}

// `text` with its percent-encoding undone; empty if that is malformed. By hand, because parse_query of Boost.URL 1.81
// takes its input for a zero-terminated string and reads on behind the end of a view.
std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const std::string_view digits = text.substr(at + 1, 2);
        unsigned char byte = 0;
        const char* const end = digits.data() + digits.size();
        if (digits.size() < 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end) return {};
        out += static_cast<char>(byte);
        at += 2;
    }
    return out;
}

// Principals are kept with each session and stand in the log.
bool is_id(std::string_view text) {
    constexpr std::size_t longest = 128;
    return text.size() <= longest && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// The decoded value of the query's parameter `code`. A '+' stays one, so that a key pasted as it is works.
std::string code_of(std::string_view query) {
    return percent_decoded(parameter(query, "code"));
}

}  // namespace

std::optional<std::string_view> authenticator::holder_of(std::string_view secret) const {
    std::optional<std::string_view> holder;
    for (const key& each : keys_) {
        if (core::same_secret(each.secret, secret)) holder = each.name;
    }
    return holder;
}

std::optional<std::string> authenticator::principal_of(const request_head& head) const {
    const auto holder = key_holder(head);
    if (!holder) return std::nullopt;
    if (!has_sign_in_ || head.client_principal.empty()) return std::string(*holder);
    if (!is_id(head.client_principal)) return std::nullopt;
    return user_prefix + std::string(head.client_principal);
}

std::optional<std::string_view> authenticator::key_holder(const request_head& head) const {
    if (!wants_keys()) return anonymous;
    if (head.functions_key && !head.functions_key->empty()) {
        if (const auto holder = holder_of(*head.functions_key)) return holder;
    }
    if (const std::string_view token = bearer_token(head.authorization); !token.empty()) {
        if (const auto holder = holder_of(token)) return holder;
    }
    if (const std::string code = code_of(head.query); !code.empty()) return holder_of(code);
    return std::nullopt;
}

}  // namespace bridge::http
