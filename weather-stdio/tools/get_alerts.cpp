#include <algorithm>

#include <nlohmann/json.hpp>

#include "weather-stdio/tools/area_codes.hpp"
#include "weather-stdio/tools/failure_text.hpp"
#include "weather-stdio/tools/tools.hpp"

namespace weather {
namespace {

using bridge::core::task;
using nlohmann::json;
using stdio_server::tool_call;
using stdio_server::tool_result;

// A hurricane causes hundreds of alerts, and a model's context window is finite.
constexpr std::size_t most_shown = 50;

constexpr const char* input_schema = R"json({
    "type": "object",
    "properties": {
        "state": {
            "type": "string",
            "pattern": "^[A-Za-z]{2}$",
            "description": "Two-letter code of a US state, territory or marine area, such as CA, PR or GM"
        }
    },
    "required": ["state"]
})json";

constexpr const char* output_schema = R"json({
    "type": "object",
    "properties": {
        "sample": { "type": "boolean", "description": "True if the data is made up" },
        "area": { "type": "string", "description": "The area's code" },
        "count": { "type": "integer", "minimum": 0, "description": "Number of active alerts, shown or not" },
        "updated": { "type": "string", "description": "When the service last changed its list, ISO 8601" },
        "alerts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "event": { "type": "string" },
                    "severity": { "type": "string" },
                    "urgency": { "type": "string" },
                    "certainty": { "type": "string" },
                    "area": { "type": "string" },
                    "headline": { "type": "string" },
                    "description": { "type": "string" },
                    "instruction": { "type": "string" },
                    "sender": { "type": "string" },
                    "effective": { "type": "string" },
                    "expires": { "type": "string" }
                },
                "required": ["event"]
            }
        }
    },
    "required": ["sample", "area", "count", "alerts"]
})json";

// Leaves out the values that the service left out.
void put(json& object, const char* name, const std::string& value) {
    if (!value.empty()) object[name] = value;
}

json structure(const nws::alert& alert) {
    json one;
    put(one, "event", alert.event);
    put(one, "severity", alert.severity);
    put(one, "urgency", alert.urgency);
    put(one, "certainty", alert.certainty);
    put(one, "area", alert.area);
    put(one, "headline", alert.headline);
    put(one, "description", alert.description);
    put(one, "instruction", alert.instruction);
    put(one, "sender", alert.sender);
    put(one, "effective", alert.effective);
    put(one, "expires", alert.expires);
    return one;
}

std::string describe(const nws::alert& alert) {
    std::string text = "\n" + (alert.headline.empty() ? alert.event : alert.headline) + "\n";
    const auto line = [&](const char* label, const std::string& value) {
        if (!value.empty()) text += std::string(label) + ": " + value + "\n";
    };
    line("Event", alert.event);
    line("Area", alert.area);
    line("Severity", alert.severity);
    line("Effective", alert.effective);
    line("Expires", alert.expires);
    line("Description", alert.description);
    line("Instructions", alert.instruction);
    return text;
}

tool_result present(const nws::alerts& found, const std::string& area, bool is_sample) {
    const auto shown = std::min(found.active.size(), most_shown);
    const auto where = std::string(area_name(area)) + " (" + area + ")";
    json structured;
    structured["sample"] = is_sample;
    structured["area"] = area;
    structured["count"] = found.active.size();
    put(structured, "updated", found.updated);
    structured["alerts"] = json::array();

    tool_result result;
    if (is_sample) result.text = sample_notice;
    result.text += found.active.empty() ? "No active alerts for " + where + ".\n"
                                        : "Active alerts for " + where + ": " + std::to_string(found.active.size()) + "\n";
    for (std::size_t i = 0; i < shown; ++i) {
        structured["alerts"].push_back(structure(found.active[i]));
        result.text += describe(found.active[i]);
    }
    if (shown < found.active.size()) result.text += "\nOnly the first " + std::to_string(shown) + " are shown.\n";
    result.structured = std::make_shared<const json>(std::move(structured));
    return result;
}

task<tool_result> run(service_ptr service, tool_call call) {
    const auto given = call.arguments->find("state");
    if (given == call.arguments->end() || !given->is_string()) {
        co_return stdio_server::tool_failure("state is needed: a two-letter code of a US state, such as \"CA\".");
    }
    const auto area = find_area(given->get_ref<const std::string&>());
    if (!area) {
        co_return stdio_server::tool_failure("state must be one of the National Weather Service's area codes: " + list_areas() + ".");
    }
    const auto found = co_await service->alerts_in(*area);
    if (!found) co_return stdio_server::tool_failure(failure_text(found.error()));
    co_return present(*found, *area, service->is_sample());
}

}  // namespace

stdio_server::tool make_get_alerts(service_ptr service) {
    stdio_server::tool made;
    made.name = "get_alerts";
    made.title = "Weather alerts";
    made.description =
        "Active weather alerts of the US National Weather Service for a US state, territory or marine area: "
        "warnings, "
        "watches and advisories with severity, area, times and instructions.";
    made.input_schema = input_schema;
    made.output_schema = output_schema;
    made.annotations.read_only = true;
    made.annotations.open_world = true;
    made.question = {.argument = "state",
                     .message = "Which state's weather alerts?",
                     .schema = R"({"type":"string","title":"State","description":"Two-letter code, such as CA","minLength":2,"maxLength":2})"};
    made.handler = [service = std::move(service)](tool_call call) { return run(service, std::move(call)); };
    return made;
}

}  // namespace weather
