#include "weather-stdio/json/bounded_json.hpp"

#include <nlohmann/json.hpp>

namespace weather_json {
namespace {

// Counts brackets outside strings. On text that is not JSON the count may be wrong, but the parser refuses such text anyway.
bool nests_deeper_than(std::string_view text, std::size_t max_depth) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > max_depth) return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace

bridge::core::result<std::shared_ptr<const nlohmann::json>> parse(std::string_view text, std::size_t max_depth) {
    if (nests_deeper_than(text, max_depth)) return bridge::core::errc::too_deep;
    auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) return bridge::core::errc::invalid_json;
    return std::make_shared<const nlohmann::json>(std::move(value));
}

std::string to_line(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace weather_json
