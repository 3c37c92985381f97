#include "bridge/http/presented_keys.hpp"

#include <algorithm>
#include <charconv>

namespace bridge::http {
namespace {

constexpr std::string_view bearer = "Bearer";

// Returns the token of the scheme Bearer (RFC 6750, section 2.1), or an empty text.
std::string_view bearer_token(std::string_view authorization) {
    if (!same_name(authorization.substr(0, bearer.size()), bearer)) return {};
    authorization.remove_prefix(bearer.size());
    const std::size_t start = authorization.find_first_not_of(' ');
    return start == std::string_view::npos || start == 0 ? std::string_view{} : authorization.substr(start);
}

// Decodes the percent-encoding of `text`; returns an empty text if it is malformed. Decoded by hand, because parse_query of Boost.URL 1.81
// assumes a zero-terminated string and reads behind the end of a view.
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

// True for "alice=KEY", which is how the bridge is told of a key. The '=' at the end of a key in base64 is no such sign.
bool has_name(std::string_view secret) {
    const std::size_t equals = secret.find('=');
    return equals != 0 && equals != std::string_view::npos && secret.find_first_not_of('=', equals) != std::string_view::npos;
}

constexpr std::string_view advice_on_name = "; of NAME=KEY send only the part behind the '='";

std::string mistake_of_authorization(std::string_view authorization) {
    const std::string_view scheme = authorization.substr(0, authorization.find(' '));
    if (same_name(scheme, bearer)) return "no key follows the word Bearer in Authorization";
    if (same_name(scheme, "Basic")) return "Authorization has a user and a password (scheme Basic) instead of a key";
    if (scheme.size() != authorization.size()) return "Authorization has another scheme than Bearer";
    std::string out = "the word Bearer is missing in front of the key in Authorization";
    if (has_name(authorization)) out += advice_on_name;
    return out;
}

}  // namespace

// A '+' in ?code= is not decoded, so that a key works as it was pasted.
presented_keys::presented_keys(const request_head& head) : code_(percent_decoded(parameter(head.query, "code"))) {
    add("x-functions-key", head.functions_key.value_or(std::string_view()));
    add("Authorization", bearer_token(head.authorization));
    add("x-api-key", head.api_key);
    add("x-auth-token", head.auth_token);
    add("?code=", code_);
}

void presented_keys::add(std::string_view place, std::string_view secret) {
    if (!secret.empty()) keys_[count_++] = {place, secret};
}

std::string functions_key(const request_head& head) {
    return head.functions_key ? std::string(*head.functions_key) : percent_decoded(parameter(head.query, "code"));
}

std::string mistake_of(const request_head& head, const presented_keys& presented) {
    const std::span<const presented_key> keys = presented.all();
    if (keys.empty()) return head.authorization.empty() ? "the request has no key" : mistake_of_authorization(head.authorization);
    std::string places;
    for (const presented_key& each : keys) {
        if (!places.empty()) places += " and ";
        places += each.place;
    }
    std::string out = "the key in " + places + " is none that this bridge accepts";
    if (std::ranges::any_of(keys, has_name, &presented_key::secret)) out += advice_on_name;
    return out;
}

}  // namespace bridge::http
