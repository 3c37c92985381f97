#include "bridge/http/authentication.hpp"

#include <algorithm>
#include <charconv>

namespace bridge::http {
namespace {

constexpr std::string_view bearer = "Bearer ";

std::string_view bearer_token(std::string_view authorization) {
    if (!same_name(authorization.substr(0, bearer.size()), bearer)) return {};
    authorization.remove_prefix(bearer.size());
    const std::size_t start = authorization.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view{} : authorization.substr(start);
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

// True if `text` is a valid principal id. Principals are kept with each session and appear in the log.
bool is_id(std::string_view text) {
    constexpr std::size_t longest = 128;
    return text.size() <= longest && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// Returns the decoded value of the query's parameter `code`. A '+' is not decoded, so that a key works as it was pasted.
std::string code_of(std::string_view query) {
    return percent_decoded(parameter(query, "code"));
}

}  // namespace

authenticator::authenticator(const std::vector<key>& keys, bool has_sign_in) : has_sign_in_(has_sign_in) {
    replace(keys);
}

void authenticator::replace(const std::vector<key>& keys) {
    entries_.clear();
    for (const key& each : keys) entries_.push_back({each.name, each.digest ? *each.digest : core::digest_of(each.secret)});
}

const authenticator::entry* authenticator::entry_of(std::string_view secret) const {
    const core::digest presented = core::digest_of(secret);
    const entry* found = nullptr;
    for (const entry& each : entries_) {
        if (core::same_digest(each.key, presented)) found = &each;
    }
    return found;
}

bool authenticator::has(const core::digest& key) const {
    return std::ranges::any_of(entries_, [&key](const entry& each) { return core::same_digest(each.key, key); });
}

std::optional<caller> authenticator::authenticate(const request_head& head) const {
    caller out{.principal = std::string(anonymous)};
    if (wants_keys()) {
        const entry* const found = entry_in(head);
        if (found == nullptr) return std::nullopt;
        out = {found->name, found->key};
    }
    if (!has_sign_in_ || head.client_principal.empty()) return out;
    if (!is_id(head.client_principal)) return std::nullopt;
    out.principal = std::string(user_prefix) + std::string(head.client_principal);
    return out;
}

const authenticator::entry* authenticator::entry_in(const request_head& head) const {
    if (head.functions_key && !head.functions_key->empty()) {
        if (const entry* const found = entry_of(*head.functions_key)) return found;
    }
    if (const std::string_view token = bearer_token(head.authorization); !token.empty()) {
        if (const entry* const found = entry_of(token)) return found;
    }
    if (const std::string code = code_of(head.query); !code.empty()) return entry_of(code);
    return nullptr;
}

std::string authenticator::wrong_key(const request_head& head) const {
    std::string out;
    if (!wants_keys() || entry_in(head) != nullptr) return out;
    const auto add = [&out](std::string_view place) {
        if (!out.empty()) out += " and ";
        out += place;
    };
    if (head.functions_key && !head.functions_key->empty()) add("x-functions-key");
    if (!bearer_token(head.authorization).empty()) add("Authorization");
    if (!code_of(head.query).empty()) add("?code=");
    return out;
}

}  // namespace bridge::http
