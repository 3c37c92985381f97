// The page for people who open the bridge in a browser.
#pragma once

#include <string>

#include "bridge/endpoints/context.hpp"

namespace bridge::endpoints {

/// Returns a small page in HTML, without scripts: it says that an MCP server is here, by which URL clients reach it, and how they send a key. A
/// stranger may read it, so it reveals neither the server's command nor its name. Every text of the request is escaped.
std::string home_page(const endpoint_context& context, const request_head& head);

/// The policy under which a browser shows the page: nothing is loaded, run, framed or submitted.
inline constexpr std::string_view home_page_policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace bridge::endpoints
