#include "bridge/process/account.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace bridge::process {
namespace {

// The fields of one line. A missing field is empty.
template <std::size_t Count>
std::array<std::string_view, Count> fields_of(std::string_view line) {
    std::array<std::string_view, Count> out;
    for (std::string_view& each : out) {
        const std::size_t colon = line.find(':');
        each = line.substr(0, colon);
        if (colon == std::string_view::npos) break;
        line.remove_prefix(colon + 1);
    }
    return out;
}

// Parses an id. The largest number is no id: it means "no id" in system calls.
std::optional<std::uint32_t> id_in(std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || out == UINT32_MAX) return std::nullopt;
    return out;
}

// True if `wanted`, a name or an id, matches a line with that name and id.
bool is_meant(std::string_view wanted, std::string_view name, std::string_view id) {
    const auto number = id_in(wanted);
    return wanted == name || (number && number == id_in(id));
}

bool is_member(std::string_view members, std::string_view name) {
    while (!members.empty()) {
        const std::size_t comma = members.find(',');
        if (members.substr(0, comma) == name) return true;
        if (comma == std::string_view::npos) break;
        members.remove_prefix(comma + 1);
    }
    return false;
}

// Fills in the values from /etc/passwd. Returns false if it does not list `wanted`.
bool read_user(std::string_view wanted, std::istream& users, account& out) {
    for (std::string line; std::getline(users, line);) {
        const auto [name, password, user, group, comment, home, shell] = fields_of<7>(line);
        const auto user_id = id_in(user);
        const auto group_id = id_in(group);
        if (name.empty() || !user_id || !group_id || !is_meant(wanted, name, user)) continue;
        out.user = *user_id;
        out.group = *group_id;
        out.name = name;
        if (!home.empty()) out.home = home;
        return true;
    }
    return false;
}

// Adds the groups that `out.name` is a member of. Returns the id of the group `wanted`, or nothing if `wanted` is empty or names no group.
// An id need not be listed.
std::optional<gid_t> read_groups(std::string_view wanted, std::istream& groups, account& out) {
    std::optional<gid_t> found;
    for (std::string line; std::getline(groups, line);) {
        const auto [name, password, group, members] = fields_of<4>(line);
        const auto id = id_in(group);
        if (name.empty() || !id) continue;
        if (is_member(members, out.name)) out.groups.push_back(*id);
        if (!wanted.empty() && !found && is_meant(wanted, name, group)) found = id;
    }
    return found ? found : id_in(wanted);
}

}  // namespace

std::vector<std::string> account::variables() const {
    return {"HOME=" + home, "USER=" + name, "LOGNAME=" + name};
}

std::optional<account> find_account(std::string_view wanted, std::istream& users, std::istream& groups, std::string& wrong) {
    const std::size_t colon = wanted.find(':');
    const std::string_view user = wanted.substr(0, colon);
    const std::string_view group = colon == std::string_view::npos ? std::string_view() : wanted.substr(colon + 1);
    account out;
    if (!read_user(user, users, out)) {
        const auto id = id_in(user);
        if (!id) {
            wrong = "/etc/passwd has no user '" + std::string(user) + "'";
            return std::nullopt;
        }
        if (group.empty()) {
            wrong = "/etc/passwd has no user " + std::string(user) + ", so its group must be given too: " + std::string(user) + ":GROUP";
            return std::nullopt;
        }
        out.user = *id;
        out.name = user;
    }
    const auto chosen = read_groups(group, groups, out);
    if (!group.empty() && !chosen) {
        wrong = "/etc/group has no group '" + std::string(group) + "'";
        return std::nullopt;
    }
    if (chosen) out.group = *chosen;
    if (out.user == 0) {
        wrong = "limits do not hold for children that run as root; name another user";
        return std::nullopt;
    }
    if (std::ranges::find(out.groups, out.group) == out.groups.end()) out.groups.push_back(out.group);
    return out;
}

}  // namespace bridge::process
