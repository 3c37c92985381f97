#include "bridge/era/visit_request.hpp"

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {

std::string visit_requests(std::string_view error) {
    const std::string_view elicitations = jsonrpc::find_member(jsonrpc::find_member(error, "data"), "elicitations");
    std::string out;
    std::size_t count = 0;
    jsonrpc::scanner in(elicitations, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return out;
    in.array([&] {
        std::string_view each;
        if (!in.value(each)) return false;
        const std::string_view url = jsonrpc::find_member(each, "url");
        const std::string_view message = jsonrpc::find_member(each, "message");
        if (!url.starts_with('"')) return true;
        out += (out.empty() ? "{\"q" : ",\"q") + std::to_string(++count) + R"(":{"method":"elicitation/create","params":{"mode":"url","url":)";
        out += url;
        out += R"(,"message":)";
        out += message.starts_with('"') ? message : std::string_view(R"("")");
        out += "}}";
        return true;
    });
    if (!out.empty()) out += '}';
    return out;
}

}  // namespace bridge::era
