// The built weather server, and the messages that its tests send.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/stdio_process.hpp"

namespace weather_test {

using nlohmann::json;
using namespace nlohmann::literals;

class weather_process : public test_support::stdio_process {
public:
    explicit weather_process(const std::vector<std::string>& flags, environment variables = {}, int input = -1)
        : stdio_process(with_program(flags), variables, input) {}

    /// Opens the legacy era.
    json initialize(const char* revision = "2025-11-25") {
        return ask(
            {{"jsonrpc", "2.0"},
             {"id", "initialize"},
             {"method", "initialize"},
             {"params", {{"protocolVersion", revision}, {"capabilities", json::object()}, {"clientInfo", {{"name", "test"}, {"version", "1"}}}}}});
    }

    /// The result of a tool call.
    json call(const char* tool, const json& arguments) { return ask(call_request(++last_id_, tool, arguments))["result"]; }

    static json call_request(const json& id, const char* tool, const json& arguments) {
        return {{"jsonrpc", "2.0"}, {"id", id}, {"method", "tools/call"}, {"params", {{"name", tool}, {"arguments", arguments}}}};
    }

    static json modern_request(const json& id, const char* method, json params = json::object()) {
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json::object();
        params["_meta"]["io.modelcontextprotocol/clientInfo"] = {{"name", "test"}, {"version", "1"}};
        return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
    }

private:
    static std::vector<std::string> with_program(std::vector<std::string> flags) {
        flags.insert(flags.begin(), WEATHER_PROGRAM);
        return flags;
    }

    int last_id_ = 1000;
};

inline const json linn = {{"latitude", 39.7456}, {"longitude", -97.0892}};

inline std::string text_of(const json& result) {
    return result.value("/content/0/text"_json_pointer, result.dump());
}

/// The text of a result that must be a tool error.
inline std::string error_text(const json& result) {
    EXPECT_TRUE(result.value("isError", false)) << result;
    EXPECT_FALSE(result.contains("structuredContent")) << result;
    return text_of(result);
}

}  // namespace weather_test
