#include "bridge/http/authentication.hpp"

#include <algorithm>

#include "bridge/http/presented_keys.hpp"

namespace bridge::http {
namespace {

// True if `text` is a valid principal id. Principals are kept with each session and appear in the log.
bool is_id(std::string_view text) {
    constexpr std::size_t longest = 128;
    return text.size() <= longest && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// 128 bits: no two keys have one name, and the name tells nothing of the key, which is long and random.
constexpr std::size_t shown_digest_bytes = 16;

// Names `named` after the key of the Functions host in the request. It is the key that the host has checked: the host does not look at the URL if
// there is a header.
void name_by_key(const request_head& head, caller& named) {
    const std::string key = functions_key(head);
    if (!key.empty()) named.principal = std::string(functions_key_prefix) + core::hex_of(core::digest_of(key), shown_digest_bytes);
}

}  // namespace

authenticator::authenticator(const std::vector<key>& keys, platform_checks platform) : platform_(platform) {
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
        const entry* const found = entry_in(presented_keys(head));
        if (found == nullptr) return std::nullopt;
        out = {found->name, found->key};
    }
    if (!platform_.has_sign_in || head.client_principal.empty()) {
        if (platform_.has_personal_keys && !wants_keys()) name_by_key(head, out);
        return out;
    }
    if (!is_id(head.client_principal)) return std::nullopt;
    out.principal = std::string(user_prefix) + std::string(head.client_principal);
    return out;
}

const authenticator::entry* authenticator::entry_in(const presented_keys& presented) const {
    for (const presented_key& each : presented.all()) {
        if (const entry* const found = entry_of(each.secret)) return found;
    }
    return nullptr;
}

std::string authenticator::refusal_reason(const request_head& head) const {
    const presented_keys presented(head);
    const bool has_key = !wants_keys() || entry_in(presented) != nullptr;
    if (has_key) return "the platform's user id in X-MS-CLIENT-PRINCIPAL-ID is not valid";
    return mistake_of(head, presented) + ". " + std::string(how_to_send_key);
}

std::string authenticator::wrong_key(const request_head& head) const {
    std::string out;
    const presented_keys presented(head);
    if (!wants_keys() || entry_in(presented) != nullptr) return out;
    for (const presented_key& each : presented.all()) {
        if (!out.empty()) out += " and ";
        out += each.place;
    }
    return out;
}

}  // namespace bridge::http
