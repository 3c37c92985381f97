#include "bridge/era/listen_group.hpp"

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {

std::size_t listen_group::cost_of(const std::string& name) {
    constexpr std::size_t node = 4 * sizeof(void*) + sizeof(std::string);
    return node + name.size();
}

void listen_group::insert(subject kind, const std::string& name) {
    if (live_[static_cast<std::size_t>(kind)].insert(name).second) bytes_ += cost_of(name);
}

void listen_group::insert(const listen_group& other) {
    for (const subject kind : {subject::resource, subject::task}) {
        for (const std::string& each : other.live(kind)) insert(kind, each);
    }
    has_lists = has_lists || other.has_lists;
}

bool listen_group::erase(subject kind, const std::string& name) {
    if (live_[static_cast<std::size_t>(kind)].erase(name) == 0) return false;
    bytes_ -= cost_of(name);
    return true;
}

bool listen_group::retire(subject kind, const std::string& name) {
    if (!erase(kind, name)) return false;
    if (stale_[static_cast<std::size_t>(kind)].insert(name).second) stale_bytes_ += cost_of(name);
    return true;
}

bool listen_group::revive(subject kind, const std::string& name) {
    if (stale_[static_cast<std::size_t>(kind)].erase(name) == 0) return false;
    stale_bytes_ -= cost_of(name);
    insert(kind, name);
    return true;
}

void listen_group::keep(subject kind, const names& honoured) {
    std::erase_if(live_[static_cast<std::size_t>(kind)], [&](const std::string& each) {
        if (honoured.contains(each)) return false;
        bytes_ -= cost_of(each);
        return true;
    });
}

std::string listen_group::text(subject kind) const {
    std::string out;
    for (const std::string& each : live(kind)) {
        out += out.empty() ? '[' : ',';
        jsonrpc::append_string(out, each);
    }
    return out + ']';
}

listen_group::names listen_group::read(std::string_view list) {
    names out;
    jsonrpc::scanner in(list, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return out;
    in.array([&] {
        std::string_view each;
        if (!in.value(each)) return false;
        if (each.starts_with('"')) out.insert(jsonrpc::decode_string(each));
        return true;
    });
    return out;
}

}  // namespace bridge::era
