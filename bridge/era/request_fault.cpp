#include "bridge/era/request_fault.hpp"

namespace bridge::era {

unsigned request_fault::status() const {
    return is_in_envelope && code != jsonrpc::error_code::method_not_found ? 400 : status_of(code);
}

std::string request_fault::response(std::string_view id) const {
    std::string out;
    jsonrpc::append_error(out, id, code, text);
    if (data.empty()) return out;
    // The text ends with the braces of the error and of the response.
    out.resize(out.size() - 2);
    out += R"(,"data":)";
    out += data;
    return out += "}}";
}

}  // namespace bridge::era
