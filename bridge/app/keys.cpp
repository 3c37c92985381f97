#include "bridge/app/keys.hpp"

#include <algorithm>
#include <fstream>

namespace bridge::app {
namespace {

// Short keys can be guessed over the network.
constexpr std::size_t shortest_key = 8;

bool add(std::vector<http::key>& keys, std::string_view text, const std::string& where, std::string& wrong) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
        wrong = where + " is not NAME=KEY";
        return false;
    }
    http::key one{.name = std::string(text.substr(0, equals)), .secret = std::string(text.substr(equals + 1))};
    if (one.secret.size() < shortest_key) {
        wrong = where + ": the key of '" + one.name + "' is shorter than " + std::to_string(shortest_key) + " characters";
        return false;
    }
    if (one.name == http::anonymous) {
        wrong = where + ": the name '" + one.name + "' stands for clients without a key";
        return false;
    }
    keys.push_back(std::move(one));
    return true;
}

}  // namespace

std::vector<http::key> read_keys(const std::vector<std::string>& given, const std::string& file, std::string& wrong) {
    std::vector<http::key> keys;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (!add(keys, given[i], "key " + std::to_string(i + 1) + " of --key, MCP_BRIDGE_KEYS or the configuration file", wrong)) return {};
    }
    if (file.empty()) return keys;
    std::ifstream in(file);
    if (!in) {
        wrong = "--keys-file: cannot read '" + file + "'";
        return {};
    }
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.front() == '#') continue;
        if (!add(keys, line, file + ", line " + std::to_string(number), wrong)) return {};
    }
    if (keys.empty()) wrong = "--keys-file: '" + file + "' has no key in it";
    return keys;
}

}  // namespace bridge::app
