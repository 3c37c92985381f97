// The question to the user for an argument that a call lacks.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "weather-stdio/server/tool.hpp"

namespace stdio_server {

/// The question that `target` has about its arguments `given`, if the client, whose capabilities may be null, can put it to a user; null if there is
/// none.
const argument_question* open_question(const tool& target, const nlohmann::json& given, const nlohmann::json* capabilities);

/// The params of the `elicitation/create` that puts the question (MCP, Elicitation). Both eras have the same.
nlohmann::json elicitation_params(const argument_question& question);

/// Adds to `given` the argument that the user has named in `answer`, an ElicitResult or null. Adds nothing if the user named none: the tool then says
/// itself what it lacks.
void add_answer(nlohmann::json& given, const argument_question& question, const nlohmann::json* answer);

}  // namespace stdio_server
