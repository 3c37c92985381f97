// The kinds of client requests that metrics distinguish.
#pragma once

#include <string_view>

namespace bridge::mcp {

/// The methods that get their own time series; all others are `other`. A client chooses its method freely, so it must not create a time
/// series.
enum class request_kind : unsigned char {
    initialize,
    ping,
    tools_list,
    tools_call,
    resources_list,
    resources_templates_list,
    resources_read,
    resources_subscribe,
    resources_unsubscribe,
    prompts_list,
    prompts_get,
    completion_complete,
    logging_set_level,
    other,
    count_
};

/// `raw` is a method as it appears in a message, with its quotes.
request_kind request_kind_of(std::string_view raw);

/// True for requests that read what a server offers and leave no state in it: lists and pings.
bool only_lists(request_kind kind);

/// Returns the name of the method, or "other".
std::string_view to_string(request_kind kind);

}  // namespace bridge::mcp
