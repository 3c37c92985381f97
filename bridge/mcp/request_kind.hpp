// The requests of clients that are told apart in metrics.
#pragma once

#include <string_view>

namespace bridge::mcp {

/// A method that a client chose freely must not make a time series of its own, so all others are `other`.
enum class request_kind : unsigned char {
    initialize, ping, tools_list, tools_call, resources_list, resources_templates_list, resources_read, resources_subscribe,
    resources_unsubscribe, prompts_list, prompts_get, completion_complete, logging_set_level, other,
    count_
};

/// `raw` is a method as it stands in a message, with its quotes.
request_kind request_kind_of(std::string_view raw);

/// True for requests that read what a server offers and leave nothing behind in it: lists and pings.
bool only_lists(request_kind kind);

/// The method's name, or "other".
std::string_view to_string(request_kind kind);

}  // namespace bridge::mcp
