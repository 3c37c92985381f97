#include "bridge/era/dense_json.hpp"

namespace bridge::era {

void append_dense(std::string& out, std::string_view raw) {
    out.reserve(out.size() + raw.size());
    bool is_in_string = false;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const char c = raw[i];
        if (is_in_string && c == '\\') {
            out += c;
            out += raw[++i];
            continue;
        }
        if (c == '"') is_in_string = !is_in_string;
        if (is_in_string || std::string_view(" \t\r\n").find(c) == std::string_view::npos) out += c;
    }
}

}  // namespace bridge::era
