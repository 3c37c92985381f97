#include "bridge/platform/port_holder.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace bridge::platform {
namespace {

namespace fs = std::filesystem;

struct listening_socket {
    std::string link;  // what the descriptors of its process point to: "socket:[4711]"
    std::string user;
};

// Adds the sockets that `table` (/proc/net/tcp or tcp6, see proc(5)) lists as listening on the port.
void add_listening(const char* table, std::uint16_t port, std::vector<listening_socket>& found) {
    constexpr const char* listening = "0A";  // TCP_LISTEN
    std::ifstream in(table);
    std::string line;
    std::getline(in, line);  // the headings
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string slot, local, remote, state, queues, timer, retransmissions, user, timeout, inode;
        fields >> slot >> local >> remote >> state >> queues >> timer >> retransmissions >> user >> timeout >> inode;
        const std::size_t colon = local.rfind(':');
        if (inode.empty() || state != listening || colon == std::string::npos) continue;
        if (std::stoul(local.substr(colon + 1), nullptr, 16) == port) found.push_back({.link = "socket:[" + inode + ']', .user = user});
    }
}

bool holds(const fs::path& process, const std::vector<listening_socket>& sockets) {
    std::error_code error;
    for (fs::directory_iterator each(process / "fd", error), end; !error && each != end; each.increment(error)) {
        std::error_code ignored;  // a descriptor can be closed at any time
        const std::string target = fs::read_symlink(each->path(), ignored).string();
        for (const listening_socket& socket : sockets) {
            if (target == socket.link) return true;
        }
    }
    return false;
}

std::optional<std::string> visible_holder(const std::vector<listening_socket>& sockets) {
    std::error_code error;
    for (fs::directory_iterator each("/proc", error), end; !error && each != end; each.increment(error)) {
        const std::string number = each->path().filename().string();
        if (number.find_first_not_of("0123456789") != std::string::npos || !holds(each->path(), sockets)) continue;
        std::string name;
        std::ifstream in(each->path() / "comm");
        std::getline(in, name);
        return (name.empty() ? "a program" : name) + " (process " + number + ')';
    }
    return std::nullopt;
}

}  // namespace

std::string port_holder(std::uint16_t port) {
    std::vector<listening_socket> sockets;
    add_listening("/proc/net/tcp", port, sockets);
    add_listening("/proc/net/tcp6", port, sockets);
    if (sockets.empty()) return {};
    return visible_holder(sockets).value_or("a process of another user (uid " + sockets.front().user + ')');
}

}  // namespace bridge::platform
