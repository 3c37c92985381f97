#include "weather-stdio/server/question.hpp"

#include <nlohmann/json.hpp>

#include "weather-stdio/server/message.hpp"

namespace stdio_server {
namespace {

// An empty capability stands for forms (MCP 2025-11-25, Elicitation, Capabilities).
bool shows_forms(const nlohmann::json* capabilities) {
    const auto* elicitation = member(capabilities, "elicitation");
    if (elicitation == nullptr || !elicitation->is_object()) return false;
    return elicitation->empty() || elicitation->contains("form");
}

}  // namespace

const argument_question* open_question(const tool& target, const nlohmann::json& given, const nlohmann::json* capabilities) {
    if (!target.question || given.contains(target.question->argument) || !shows_forms(capabilities)) return nullptr;
    return &*target.question;
}

nlohmann::json elicitation_params(const argument_question& question) {
    nlohmann::json schema;
    schema["type"] = "object";
    schema["properties"][question.argument] = nlohmann::json::parse(question.schema);
    schema["required"] = nlohmann::json::array({question.argument});
    nlohmann::json params;
    params["message"] = question.message;
    params["requestedSchema"] = std::move(schema);
    return params;
}

void add_answer(nlohmann::json& given, const argument_question& question, const nlohmann::json* answer) {
    if (string_member(answer, "action") != "accept") return;
    const auto* named = member(member(answer, "content"), question.argument.c_str());
    if (named != nullptr) given[question.argument] = *named;
}

}  // namespace stdio_server
