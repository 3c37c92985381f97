#include "bridge/app/functions_host.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "bridge/http/request.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

// True if a setting overrides the level of host.json, so that the host asks for no key.
bool admits_without_key() {
    constexpr std::array levels = {"AzureFunctionsJobHost__customHandler__http__defaultAuthorizationLevel",
                                   "AzureFunctionsJobHost__customHandler__http__routes__0__authorizationLevel"};
    return std::ranges::any_of(levels, [](const char* name) { return http::same_name(variable(name), "anonymous"); });
}

}  // namespace

const char* assigned_port() {
    const char* const port = std::getenv("FUNCTIONS_CUSTOMHANDLER_PORT");
    return port != nullptr && *port != '\0' ? port : nullptr;
}

void set_up_for_functions(options& chosen) {
    chosen.functions_host = ::getppid();
    chosen.log.target = core::log_target::split;
    chosen.bounds.stream_max_age = 540s;
    chosen.breaks_streams = false;
    chosen.bounds.request_timeout = 540s;
    chosen.bounds.request_timeout_most = 570s;
    chosen.bounds.silent_request_most = 210s;
    chosen.bounds.task_after = 45s;
    const bool is_local = http::same_name(variable("AZURE_FUNCTIONS_ENVIRONMENT"), "development");
    const bool has_sign_in = http::same_name(variable("WEBSITE_AUTH_ENABLED"), "true");
    chosen.platform = {.has_sign_in = has_sign_in, .has_personal_keys = !is_local && !has_sign_in && !admits_without_key()};
    chosen.before = is_local ? http::front::local_host : http::front::platform;
}

}  // namespace bridge::app
