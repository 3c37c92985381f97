#include "bridge/app/server_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "bridge/app/json_lines.hpp"
#include "bridge/app/relaxed_json.hpp"

namespace bridge::app {
namespace {

using json = nlohmann::ordered_json;

[[noreturn]] void reject(const std::string& place, const std::string& fault) {
    throw file_mistake{.line = 0, .place = place, .text = fault};
}

// Rejects the text at the position that a parser had reached after `count` bytes.
[[noreturn]] void reject_at(std::string_view text, std::size_t count, const std::string& fault) {
    const std::string_view before = text.substr(0, count == 0 ? 0 : count - 1);
    const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
    const std::size_t start = before.rfind('\n') + 1;  // 0 if there is no line before
    throw file_mistake{.line = line, .place = "column " + std::to_string(before.size() - start + 1), .text = fault};
}

// Returns the parser's description of the grammar mistake. Leaves out the text that the parser has read last, which can be a secret.
std::string grammar_of(std::string_view message) {
    const std::size_t dash = message.find(" - ");
    if (dash == std::string_view::npos) return "not JSON";
    message.remove_prefix(dash + 3);
    return "not JSON: " + std::string(message.substr(0, message.find("; last read")));
}

// Returns the position of a number that is too large for a double: the parser reports the text of the number, in quotation marks, but not
// its position.
std::size_t distance_of_number(std::string_view text, std::string_view message) {
    const std::size_t begin = message.find('\'') + 1;
    const std::size_t end = message.rfind('\'');
    return begin == 0 || end <= begin ? 0 : text.find(message.substr(begin, end - begin)) + 1;
}

// Rejects two members of one name, because programs differ in which of the two counts.
class repetitions {
public:
    bool operator()(int depth, json::parse_event_t event, json& value) {
        const auto level = static_cast<std::size_t>(depth);
        if (event == json::parse_event_t::object_start) {
            levels_.resize(level + 2);
            levels_[level + 1].names.clear();
        } else if (event == json::parse_event_t::array_start) {
            levels_.resize(level + 2);
            levels_[level + 1].last = "[]";
        } else if (event == json::parse_event_t::key) {
            levels_[level].last = value.get<std::string>();
            if (!levels_[level].names.insert(levels_[level].last).second) reject(path_to(level), "occurs twice in one object; remove one of the two");
        }
        return true;
    }

private:
    struct object_level {
        std::set<std::string> names;
        std::string last;
    };

    std::string path_to(std::size_t level) const {
        std::string path;
        for (std::size_t i = 1; i <= level; ++i) path += (path.empty() ? "" : ".") + levels_[i].last;
        return path;
    }

    std::vector<object_level> levels_;
};

json parse(std::string_view text) {
    try {
        json out = json::parse(without_trailing_commas(text), repetitions(), /*allow_exceptions=*/true, /*ignore_comments=*/true);
        if (!out.is_object()) reject_at(text, 0, "not a JSON object");
        return out;
    } catch (const json::parse_error& error) {
        reject_at(text, error.byte, grammar_of(error.what()));
    } catch (const json::out_of_range& error) {
        reject_at(text, distance_of_number(text, error.what()), "a number that is too large");
    }
}

// True if `object` has the member. A member that is null counts as absent.
bool has(const json& object, const char* name) {
    return object.is_object() && object.contains(name) && !object.at(name).is_null();
}

// The types of servers that a command starts. "local" is the word of the GitHub Copilot CLI.
bool is_started(const json& type) {
    return type == "stdio" || type == "local";
}

// The members that hold the URL of a server: `serverUrl` in Windsurf, `httpUrl` in the Gemini CLI.
constexpr std::array url_members = {"url", "serverUrl", "httpUrl"};

// Returns the member that makes `server` one that clients reach over HTTP, or null if a command starts the server.
const char* http_member(const json& server) {
    for (const char* each : url_members) {
        if (has(server, each)) return each;
    }
    return has(server, "type") && !is_started(server.at("type")) ? "type" : nullptr;
}

class reader {
public:
    reader(const std::string& wanted, const named_values& values) : wanted_(wanted), values_(values) {}

    server_file read(const json& root) {
        const bool has_own = has(root, "mcpServers");
        if (has_own && has(root, "servers")) reject("servers", "has the meaning of mcpServers, which is there too; remove one of the two");
        const std::string all = has_own ? "mcpServers" : "servers";
        if (!has(root, all.c_str())) reject("mcpServers", R"(is missing; write "mcpServers": { "NAME": { "command": "...", "args": [] } })");
        for (const auto& [key, value] : root.items()) {
            if (value.is_null()) continue;
            if (key == "options") {
                read_settings(key, value, out_.settings);
            } else if (key == "limits") {
                read_settings(key, value, out_.limits);
            } else if (key != all && key != "$schema") {
                out_.ignored.push_back(key);
            }
        }
        read_servers(all, root.at(all));
        return std::move(out_);
    }

private:
    void read_servers(const std::string& place, const json& servers) {
        if (!servers.is_object() || servers.empty()) reject(place, "must be an object with a server in it");
        if (!wanted_.empty()) {
            if (!has(servers, wanted_.c_str())) reject(place, "has no server '" + wanted_ + "', only: " + names_in(servers, /*only_started=*/false));
            return read_server(place + '.' + wanted_, wanted_, servers.at(wanted_));
        }
        std::vector<std::string> started;
        for (const auto& [name, value] : servers.items()) {
            if (!value.is_null() && http_member(value) == nullptr) started.push_back(name);
        }
        if (started.size() > 1) {
            reject(place, "has several servers; --server (MCP_BRIDGE_SERVER) must name one of: " + names_in(servers, /*only_started=*/true));
        }
        // Without a server that could be hosted, the mistake is that of the first one.
        const std::string& chosen = started.empty() ? servers.begin().key() : started.front();
        read_server(place + '.' + chosen, chosen, servers.at(chosen));
    }

    static std::string member_place(std::string place, std::string_view name) { return (place += '.') += name; }

    static std::string names_in(const json& servers, bool only_started) {
        std::string names;
        for (const auto& [name, value] : servers.items()) {
            if (value.is_null() || (only_started && http_member(value) != nullptr)) continue;
            names += (names.empty() ? "" : ", ") + name;
        }
        return names;
    }

    void read_server(const std::string& place, const std::string& name, const json& server) {
        if (!server.is_object()) reject(place, "must be an object");
        if (const char* const member = http_member(server)) {
            reject(member_place(place, member),
                   "a server that is reached over HTTP; only those started by a command (\"type\": \"stdio\") can be hosted");
        }
        out_.name = name;
        for (const auto& [key, value] : server.items()) {
            if (!value.is_null()) read_member(member_place(place, key), key, value);
        }
        if (out_.command.empty()) reject(place + ".command", "the server's command is missing");
    }

    void read_member(const std::string& place, const std::string& key, const json& value) {
        if (key == "command") {
            out_.command = text_of(place, value);
        } else if (key == "args") {
            out_.arguments = list_of(place, value, out_.secrets);
        } else if (key == "env") {
            read_environment(place, value);
        } else if (key == "envFile") {
            out_.environment_file = text_of(place, value);
            out_.environment_file_place = place;
        } else if (key == "cwd") {
            out_.directory = text_of(place, value);
        } else if (key != "type") {
            out_.ignored.push_back(place);
        }
    }

    void read_environment(const std::string& place, const json& variables) {
        if (!variables.is_object()) reject(place, "must be an object");
        for (const auto& [name, value] : variables.items()) {
            const std::string here = member_place(place, name);
            if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) reject(here, "is no name of a variable");
            if (value.is_null()) {
                out_.withheld.push_back(name);
                continue;
            }
            out_.environment.push_back(name + '=' + (value.is_string() ? text_of(here, value) : plain(here, value)));
        }
    }

    void read_settings(const std::string& place, const json& settings, std::vector<server_file::setting>& target) {
        if (!settings.is_object()) reject(place, "must be an object");
        for (const auto& [name, value] : settings.items()) {
            if (value.is_null()) continue;
            const std::string here = member_place(place, name);
            server_file::setting one{.name = name, .values = {}, .is_list = value.is_array(), .put_in = {}};
            if (value.is_object() && name == "limits") reject(here, "is in the wrong place; move it out of \"options\", beside it");
            if (one.is_list && place == "limits") reject(here, "takes one value, not an array");
            if (one.is_list) {
                one.values = list_of(here, value, one.put_in);
            } else {
                one.values.push_back(value.is_string() ? text_of(here, value, &one.put_in) : plain(here, value));
            }
            target.push_back(std::move(one));
        }
    }

    std::vector<std::string> list_of(const std::string& place, const json& value, std::vector<std::string>& put_in) {
        if (!value.is_array()) reject(place, "must be an array of strings");
        std::vector<std::string> out;
        for (std::size_t i = 0; i < value.size(); ++i) out.push_back(text_of(place + '[' + std::to_string(i) + ']', value[i], &put_in));
        return out;
    }

    // Returns a string with its variables inserted, and appends their values to `put_in`.
    std::string text_of(const std::string& place, const json& value, std::vector<std::string>* put_in = nullptr) {
        if (!value.is_string()) reject(place, "must be a string");
        substituted text = substitute(value.get_ref<const std::string&>(), values_);
        if (!text.wrong.empty()) reject(place, text.wrong);
        if (text.text.find('\0') != std::string::npos) reject(place, "contains a NUL character");
        if (put_in != nullptr) std::ranges::move(text.values, std::back_inserter(*put_in));
        return std::move(text.text);
    }

    static std::string plain(const std::string& place, const json& value) {
        if (!value.is_number() && !value.is_boolean()) reject(place, "must be a string, a number, true or false");
        return value.dump();
    }

    const std::string& wanted_;
    const named_values& values_;
    server_file out_;
};

}  // namespace

std::variant<server_file, file_mistake> read_server_file(std::string_view text, const std::string& wanted, const named_values& values) {
    try {
        return reader(wanted, values).read(parse(text));
    } catch (file_mistake& mistake) {
        if (mistake.line == 0) mistake.line = line_of_member(text, mistake.place);
        return std::move(mistake);
    }
}

}  // namespace bridge::app
