// What the rest of the program needs to know of an HTTP request.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/core/memory_budget.hpp"

namespace bridge::http {

/// The head of one request. The views hold as long as the request is being served. A header that is absent is an empty
/// view, or nothing where being there matters by itself.
struct request_head {
    std::string_view method{};
    std::string_view path{};   ///< of the target, as it was sent
    std::string_view query{};  ///< without its '?'
    std::string_view host{};   ///< of Host, or of the target if it is in absolute form
    std::optional<std::string_view> origin{};
    std::optional<std::string_view> functions_key{};  ///< x-functions-key
    std::string_view forwarded_host{};    ///< X-Forwarded-Host
    std::string_view client_principal{};  ///< X-MS-CLIENT-PRINCIPAL-ID
    std::string_view authorization{};
    std::string_view content_type{};
    std::string_view content_encoding{};
    std::optional<std::string_view> accept{};
    std::string_view session_id{};
    std::string_view protocol_version{};
    std::optional<std::string_view> last_event_id{};
    std::string_view expect{};
    std::string_view user_agent{};
    bool keeps_alive = true;  ///< the client leaves the connection open
    bool is_http_1_0 = false;
    bool has_body = false;
    std::size_t body_bytes = 0;  ///< its length if the head states it; 0 for a body in chunks
};

struct request {
    const request_head& head;
    std::string& body;
    core::memory_charge& body_charge;  ///< to be settled once the body has been taken over or freed
    std::string_view principal;        ///< who it comes from, once authenticated

    /// Frees the body, which need not be held until the request is answered.
    void drop_body() const {
        std::string().swap(body);
        body_charge.set(0);
    }
};

/// The value of the query's first parameter `name`, raw; empty if there is none.
std::string_view parameter(std::string_view query, std::string_view name);

/// ASCII comparison without regard to case, as HTTP compares names.
bool same_name(std::string_view a, std::string_view b);

/// True if the comma-separated list of a header has `member`, in any case of its letters.
bool has_member(std::string_view list, std::string_view member);

/// Which of the two media types of Streamable HTTP a client takes.
struct accepted {
    bool json = true;
    bool stream = true;

    /// Reads an Accept header. An absent one, `*/*` and the ranges `application/*` and `text/*` are taken as they are
    /// meant: claude.ai sends `*/*`, Copilot Studio JSON alone.
    static accepted read(std::optional<std::string_view> header);
};

/// True for `application/json` with or without parameters.
bool is_json(std::string_view content_type);

}  // namespace bridge::http
