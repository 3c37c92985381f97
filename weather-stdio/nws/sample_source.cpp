#include "weather-stdio/nws/sample_source.hpp"

#include <spdlog/spdlog.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "weather-stdio/nws/http_error.hpp"

namespace nws {
namespace {

using bridge::core::result;

constexpr std::string_view alerts_path = "/alerts/active?area=";

result<std::string> read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        spdlog::error("cannot read the sample {}", file.string());
        return http_errc::malformed;
    }
    return std::string(std::istreambuf_iterator<char>(stream), {});
}

// The zones of an alert begin with the code of a state or sea, followed by a number, such as "CAZ006" (UGC codes, NWS Instruction 10-1702).
bool touches(const nlohmann::json& feature, std::string_view area) {
    const nlohmann::json::json_pointer codes("/properties/geocode/UGC");
    if (!feature.contains(codes)) return false;
    for (const auto& code : feature.at(codes)) {
        if (code.is_string() && code.get_ref<const std::string&>().starts_with(area)) return true;
    }
    return false;
}

result<std::string> pick_alerts(const std::string& body, std::string_view area) {
    auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_object() || !document.contains("features")) return http_errc::malformed;
    auto picked = nlohmann::json::array();
    for (auto& feature : document["features"]) {
        if (touches(feature, area)) picked.push_back(std::move(feature));
    }
    document["features"] = std::move(picked);
    return document.dump();
}

result<std::string> answer(const std::filesystem::path& folder, std::string_view path) {
    if (path.starts_with("/points/")) return read_file(folder / "points.json");
    if (path.starts_with("/gridpoints/")) return read_file(folder / "forecast.json");
    if (!path.starts_with(alerts_path)) return status_error(404);
    const auto all = read_file(folder / "alerts.json");
    if (!all) return all.error();
    return pick_alerts(*all, path.substr(alerts_path.size()));
}

}  // namespace

bridge::core::task<result<std::string>> sample_source::get(std::string path, deadline) {
    co_return answer(folder_, path);
}

}  // namespace nws
