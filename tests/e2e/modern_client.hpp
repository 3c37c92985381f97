// A client of the modern era of few words: each request is a POST of its own.
#pragma once

#include <string>
#include <string_view>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {

/// One request as the client will send it. A test changes what should be wrong with it.
struct modern_message {
    std::string method;
    std::string params = "{";  ///< raw, without its closing brace and without `_meta`
    std::string meta{};        ///< raw members of `_meta`
    std::string id = "1";      ///< raw
    http_headers headers{};

    std::string body() const {
        const std::string comma = params == "{" ? "" : ",";
        return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params + comma + R"("_meta":{)" + meta + "}}}";
    }
};

inline constexpr std::string_view modern_version = "2026-07-28";

class modern_client {
public:
    /// `capabilities` is a raw object; `headers` go with every request, such as a key.
    explicit modern_client(const hosted_fixture& host, std::string capabilities = "{}", http_headers headers = {})
        : host_(&host), capabilities_(std::move(capabilities)), headers_(std::move(headers)) {}

    /// `params` is a raw object. `name` is what Mcp-Name says; `more_meta` are more members of `_meta`, each with a comma in front.
    modern_message message(std::string method, std::string params = "{}", std::string_view name = {}, std::string_view more_meta = {}) {
        params.pop_back();
        modern_message out{.method = std::move(method), .params = std::move(params), .id = std::to_string(next_id_++), .headers = headers_};
        out.meta = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"e2e","version":"1"},)"
                   R"("io.modelcontextprotocol/clientCapabilities":)" +
                   capabilities_ + std::string(more_meta);
        out.headers.insert({{"Content-Type", "application/json"},
                            {"Accept", "application/json, text/event-stream"},
                            {"MCP-Protocol-Version", std::string(modern_version)},
                            {"Mcp-Method", out.method}});
        if (!name.empty()) out.headers.emplace("Mcp-Name", std::string(name));
        return out;
    }

    modern_message call_message(std::string_view tool, std::string_view arguments = "{}", std::string_view more_meta = {}) {
        return message("tools/call", R"({"name":)" + json_string(tool) + R"(,"arguments":)" + std::string(arguments) + '}', tool, more_meta);
    }

    /// Sends the message and leaves its answer to the caller to read.
    http_client begin(const modern_message& sent) const {
        http_client connection = host_->connect();
        connection.send_request("POST", "/mcp", sent.headers, sent.body());
        return connection;
    }

    mcp_answer send(const modern_message& sent, milliseconds limit = patience) const {
        http_client connection = begin(sent);
        return read_answer(connection, sent.id, limit);
    }

    mcp_answer request(std::string method, std::string params = "{}", std::string_view name = {}) {
        return send(message(std::move(method), std::move(params), name));
    }
    mcp_answer call(std::string_view tool, std::string_view arguments = "{}", std::string_view more_meta = {}) {
        return send(call_message(tool, arguments, more_meta));
    }
    mcp_answer discover() { return request("server/discover"); }

    /// Posts any body, with the headers of a modern request.
    http_response post(std::string_view body) {
        http_headers headers = message("").headers;
        headers.erase("Mcp-Method");
        return host_->connect().post("/mcp", headers, body);
    }

private:
    const hosted_fixture* host_;
    std::string capabilities_;
    http_headers headers_;
    long next_id_ = 0;
};

}  // namespace e2e
