#include "bridge/era/object_members.hpp"

#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::era {

bool object_member::is(std::string_view name) const {
    return jsonrpc::string_equals(key, name);
}

std::vector<object_member> members_of(std::string_view object) {
    std::vector<object_member> out;
    jsonrpc::scanner in(object, jsonrpc::deepest_nesting);
    if (in.peek() != '{') return out;
    in.object([&](std::string_view key) {
        std::string_view value;
        if (!in.value(value)) return false;
        out.push_back({key, value});
        return true;
    });
    return out;
}

std::string_view value_of(const std::vector<object_member>& members, std::string_view name) {
    std::string_view found;
    for (const object_member& each : members) {
        if (each.is(name)) found = each.value;
    }
    return found;
}

std::size_t object_writer::add(std::string_view name, std::string_view value) {
    if (out_.size() > 1) out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
    out_ += value;
    return out_.size() - value.size();
}

}  // namespace bridge::era
