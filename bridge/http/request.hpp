// The parts of an HTTP request that the rest of the program reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/memory_charge.hpp"

namespace bridge::http {

/// A header `Mcp-Param-NAME`.
struct parameter_header {
    std::string_view name;  ///< without the prefix
    std::string_view value;
};

/// The head of one request. The views are valid while the request is being served. The view of an absent header is empty. The member is an
/// optional where the presence of the header matters by itself.
struct request_head {
    std::string_view method{};
    std::string_view path{};   ///< path of the request target, as the client sent it
    std::string_view query{};  ///< without the '?'
    std::string_view host{};   ///< from Host, or from a target in the absolute form
    std::optional<std::string_view> origin{};
    std::optional<std::string_view> functions_key{};  ///< x-functions-key
    std::string_view api_key{};                       ///< x-api-key
    std::string_view auth_token{};                    ///< x-auth-token
    std::string_view forwarded_host{};                ///< X-Forwarded-Host
    std::string_view forwarded_prefix{};              ///< X-Forwarded-Prefix
    std::string_view forwarded_proto{};               ///< X-Forwarded-Proto
    std::string_view wanted_headers{};                ///< Access-Control-Request-Headers
    std::string_view client_principal{};              ///< X-MS-CLIENT-PRINCIPAL-ID
    std::string_view authorization{};
    std::string_view content_type{};
    std::string_view content_encoding{};
    std::optional<std::string_view> accept{};
    std::string_view session_id{};
    std::string_view protocol_version{};
    std::optional<std::string_view> mcp_method{};  ///< Mcp-Method
    std::optional<std::string_view> mcp_name{};    ///< Mcp-Name
    std::vector<parameter_header> mcp_parameters{};
    std::optional<std::string_view> last_event_id{};  ///< absent if it is empty
    std::string_view expect{};
    std::string_view user_agent{};
    bool keeps_alive = true;  ///< the client leaves the connection open
    bool is_http_1_0 = false;
    bool has_body = false;
    std::size_t body_bytes = 0;  ///< length of the body if the head states it; 0 for a chunked body
};

struct request {
    const request_head& head;
    std::string& body;
    core::memory_charge& body_charge;  ///< update it when the body has been moved away or freed
    std::string_view principal;        ///< the authenticated principal

    /// Frees the body before the request is answered. Call it when the handler no longer needs the body.
    void drop_body() const {
        std::string().swap(body);
        body_charge.set(0);
    }
};

/// Returns the raw value of the query's first parameter `name`, or an empty view.
std::string_view parameter(std::string_view query, std::string_view name);

/// The small letter of a capital letter of ASCII; any other character itself.
constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// ASCII comparison without regard to case, as HTTP compares names.
bool same_name(std::string_view a, std::string_view b);

/// True if the comma-separated list of a header has `member`, in any case of its letters.
bool has_member(std::string_view list, std::string_view member);

/// The media types of Streamable HTTP that a client accepts.
struct accepted {
    bool json = true;
    bool stream = true;

    /// Parses an Accept header. If the header is absent or `*/*`, the client accepts both types. The ranges `application/*` and `text/*`
    /// count as JSON and as a stream: claude.ai sends `*/*`, Copilot Studio only JSON.
    static accepted read(std::optional<std::string_view> header);
};

/// True if a browser wants to show a page to a person: it accepts HTML and asks for no stream of events.
bool wants_page(const request_head& head);

/// True for `application/json` with or without parameters.
bool is_json(std::string_view content_type);

}  // namespace bridge::http
