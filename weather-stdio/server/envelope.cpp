#include "weather-stdio/server/envelope.hpp"

#include <nlohmann/json.hpp>

#include "weather-stdio/json/bounded_json.hpp"
#include "weather-stdio/server/message.hpp"
#include "weather-stdio/server/revision.hpp"

namespace stdio_server {
namespace {

rpc_error unsupported_version(const std::string& requested) {
    nlohmann::json data;
    data["supported"] = nlohmann::json::array({name_of(modern)});
    data["requested"] = requested;
    return {error_code::unsupported_protocol_version, "Unsupported protocol version: " + excerpt(requested), weather_json::to_line(data)};
}

rpc_error wrong_envelope_key(const char* key, const char* what_is_right) {
    return {error_code::invalid_params, std::string("Invalid params: _meta ") + key + " must be " + what_is_right};
}

std::optional<rpc_error> find_problem(const nlohmann::json& meta) {
    const auto* version = member(&meta, meta_key::protocol_version);
    if (version == nullptr) return missing_envelope_key(meta_key::protocol_version);
    if (!version->is_string()) return wrong_envelope_key(meta_key::protocol_version, "a string");
    const auto requested = version->get<std::string>();
    if (requested != name_of(modern)) return unsupported_version(requested);

    const auto* capabilities = member(&meta, meta_key::client_capabilities);
    if (capabilities == nullptr) return missing_envelope_key(meta_key::client_capabilities);
    if (!capabilities->is_object()) return wrong_envelope_key(meta_key::client_capabilities, "an object");

    // Clients should identify themselves, but need not.
    const auto* info = member(&meta, meta_key::client_info);
    if (info != nullptr && (!string_member(info, "name") || !string_member(info, "version"))) {
        return wrong_envelope_key(meta_key::client_info, "an object with the strings name and version");
    }
    return std::nullopt;
}

}  // namespace

envelope_check check_envelope(const nlohmann::json* params) {
    const auto* meta = member(params, "_meta");
    envelope_check check;
    check.present = member(meta, meta_key::protocol_version) != nullptr || member(meta, meta_key::client_capabilities) != nullptr ||
                    member(meta, meta_key::client_info) != nullptr;
    if (check.present) check.problem = find_problem(*meta);
    return check;
}

rpc_error missing_envelope_key(const char* key) {
    return {error_code::invalid_params, std::string("Invalid params: _meta lacks ") + key};
}

}  // namespace stdio_server
