// Values of app settings that Azure was to replace.
#pragma once

#include <string_view>

namespace bridge::app {

/// True if `value` refers to a secret in a vault, and App Service has not replaced the reference by the secret. App Service leaves the text of such a
/// setting as it is if the app may not read the secret, or if there is none (learn.microsoft.com, "Use Key Vault references as app settings"). The
/// text is no secret: whoever knows the name of the vault can guess it.
bool is_unresolved_reference(std::string_view value);

/// The end of a sentence about such a value: what a user can do.
inline constexpr std::string_view advice_on_references =
    "is a reference that Azure has not replaced by its secret; the app's settings in the Azure portal say why. Once the app may read the secret, "
    "restart the app";

}  // namespace bridge::app
