#include "bridge/http/path_prefix.hpp"

namespace bridge::http {

std::optional<std::string_view> read_path_prefix(std::string_view text) {
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@%/";
    const bool has_path_characters = text.starts_with('/') && text.find_first_not_of(characters) == std::string_view::npos;
    if (!has_path_characters || text.size() > longest_path_prefix || text.find("//") != std::string_view::npos) return std::nullopt;
    if (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

}  // namespace bridge::http
