#include "bridge/app/vault_reference.hpp"

#include <algorithm>
#include <array>

namespace bridge::app {

bool is_unresolved_reference(std::string_view value) {
    constexpr std::array sources = {std::string_view("@Microsoft.KeyVault("), std::string_view("@Microsoft.AppConfiguration(")};
    return std::ranges::any_of(sources, [value](std::string_view source) { return value.starts_with(source); });
}

}  // namespace bridge::app
