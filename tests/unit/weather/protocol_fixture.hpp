// A protocol with two tools, and short ways to talk to it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "weather-stdio/server/protocol.hpp"

namespace stdio_server {

class protocol_fixture : public testing::Test {
protected:
    protocol_fixture() {
        tool echo;
        echo.name = "echo";
        echo.title = "Echo";
        echo.input_schema = R"({"type":"object"})";
        echo.output_schema = R"({"type":"object","properties":{"x":{"type":"integer"}}})";
        echo.annotations.read_only = true;
        tools_.add(std::move(echo));
        tool asking;
        asking.name = "asking";
        asking.input_schema = R"({"type":"object"})";
        asking.question = {.argument = "state", .message = "Which?", .schema = R"({"type":"string"})"};
        tools_.add(std::move(asking));
        bounds_.max_calls = 3;
        bounds_.max_subscriptions = 1;
        bounds_.max_batch = 4;
        bounds_.max_depth = 16;
        protocol_.emplace(server_info{"test", "Test", "1", ""}, tools_, bounds_);
    }

    void initialize(const char* revision) {
        protocol_->receive(R"({"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":")" + std::string(revision) +
                           R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
    }

    /// The only line that `text` is answered with.
    nlohmann::json answer(std::string_view text) {
        const auto done = protocol_->receive(text);
        EXPECT_EQ(done.lines.size(), 1U) << text;
        EXPECT_TRUE(done.started.empty()) << text;
        return done.lines.empty() ? nlohmann::json() : nlohmann::json::parse(done.lines[0]);
    }

    /// The key of the only call that `text` starts.
    call_key start(std::string_view text) {
        const auto done = protocol_->receive(text);
        EXPECT_EQ(done.lines.size(), 0U) << text;
        EXPECT_EQ(done.started.size(), 1U) << text;
        return done.started.empty() ? 0 : done.started[0].key;
    }

    static std::string call(std::string_view id, std::string_view meta = "{}") {
        return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"name":"echo","arguments":{"x":1},"_meta":)" +
               std::string(meta) + "}}";
    }

    static std::string modern_request(std::string_view id, std::string_view method, std::string_view more_params = "") {
        return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) + R"(","params":{"_meta":)" + modern_meta +
               std::string(more_params) + "}}";
    }

    static tool_result some_result() {
        tool_result result;
        result.text = "one";
        result.structured = std::make_shared<const nlohmann::json>(nlohmann::json::parse(R"({"x":1})"));
        return result;
    }

    static constexpr const char* modern_meta =
        R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

    limits bounds_;
    tool_registry tools_;
    std::optional<protocol> protocol_;
};

inline int error_code_of(const nlohmann::json& message) {
    return message.value("/error/code"_json_pointer, 0);
}

}  // namespace stdio_server
