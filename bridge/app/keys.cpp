#include "bridge/app/keys.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>

#include "bridge/app/vault_reference.hpp"
#include "bridge/core/utf8.hpp"

namespace bridge::app {
namespace {

// Shorter keys can be guessed over the network: 8 random letters within days, 16 never.
constexpr std::size_t shortest_key = 8;
constexpr std::size_t shortest_good_key = 16;

// Names appear in logs and are kept with each session. The names of signed-in users have this limit too.
constexpr std::size_t longest_name = 128;

constexpr std::string_view digest_prefix = "sha256:";

bool begins_with(std::string_view text, std::string_view prefix) {
    return std::ranges::equal(text.substr(0, prefix.size()), prefix,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

// Returns the mistake in a name, or an empty text.
std::string fault_of(std::string_view name) {
    if (name.size() > longest_name) return "the name is longer than " + std::to_string(longest_name) + " bytes";
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (!core::is_utf8(name) || std::ranges::any_of(name, is_control)) return "the name has control characters in it, or is not UTF-8";
    if (name.starts_with(' ') || name.ends_with(' ')) return "the name begins or ends with a space";
    if (name.size() == http::anonymous.size() && begins_with(name, http::anonymous)) {
        return "the name 'anonymous' is reserved for clients without a key";
    }
    if (begins_with(name, http::user_prefix)) return "names that begin with 'user:' are reserved for people who have signed in";
    if (begins_with(name, http::functions_key_prefix)) return "names that begin with 'functions-key:' are reserved for keys of Azure Functions";
    return {};
}

// Reads a key or a digest into `target`. Returns the mistake, or an empty text.
std::string read_secret(std::string_view text, http::key& target) {
    if (text.starts_with(digest_prefix)) {
        target.digest = core::read_digest(text.substr(digest_prefix.size()));
        return target.digest ? "" : "'sha256:' must be followed by 64 hexadecimal digits, as `printf %s KEY | sha256sum` writes them";
    }
    if (text.size() < shortest_key) return "the key is shorter than " + std::to_string(shortest_key) + " characters";
    target.secret = text;
    target.digest = core::digest_of(text);
    return {};
}

bool add(std::vector<http::key>& keys, std::string_view text, const std::string& place, std::string& wrong) {
    // It has the form of a key.
    if (is_unresolved_reference(text)) {
        wrong = place + ' ' + std::string(advice_on_references);
        return false;
    }
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
        wrong = place + " is not NAME=KEY";
        return false;
    }
    http::key one{.name = std::string(text.substr(0, equals))};
    std::string mistake = fault_of(one.name);
    if (mistake.empty()) mistake = read_secret(text.substr(equals + 1), one);
    const auto is_same = [&one](const http::key& each) { return each.digest == one.digest && each.name != one.name; };
    if (mistake.empty() && std::ranges::any_of(keys, is_same)) mistake = "another name has this key already";
    if (!mistake.empty()) {
        wrong = place + ": " + mistake;
        return false;
    }
    keys.push_back(std::move(one));
    return true;
}

}  // namespace

std::vector<http::key> read_keys(const key_source& source, std::string& wrong) {
    std::vector<http::key> keys;
    for (std::size_t i = 0; i < source.given.size(); ++i) {
        if (!add(keys, source.given[i], "key " + std::to_string(i + 1) + " of --key, MCP_BRIDGE_KEYS or the configuration file", wrong)) return {};
    }
    if (source.file.empty()) return keys;
    std::ifstream in(source.file);
    if (!in) {
        wrong = "--keys-file: cannot read '" + source.file + "'";
        return {};
    }
    const std::size_t given = keys.size();
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.front() == '#') continue;
        if (!add(keys, line, source.file + ", line " + std::to_string(number), wrong)) return {};
    }
    if (in.bad()) wrong = "--keys-file: cannot read all of '" + source.file + "'";
    if (keys.size() == given) wrong = "--keys-file: '" + source.file + "' has no key in it";
    return keys;
}

std::string weakness_of(const std::vector<http::key>& keys) {
    std::string names;
    for (const http::key& each : keys) {
        if (each.secret.empty() || each.secret.size() >= shortest_good_key) continue;
        names += (names.empty() ? "'" : ", '") + each.name + "'";
    }
    if (names.empty()) return {};
    return "keys shorter than " + std::to_string(shortest_good_key) +
           " characters can be guessed; `openssl rand -hex 24` makes better ones. Those of: " + names;
}

}  // namespace bridge::app
