// The methods of legacy clients, as a modern child serves them.
#pragma once

#include <string_view>

namespace bridge::era {

/// The ways in which the bridge serves a request of a legacy client.
enum class legacy_method {
    forwarded,       ///< the child gets it, with the envelope
    lists_tools,     ///< also forwarded; the schemas in the result may change
    calls_tool,      ///< also forwarded; the child may answer it with questions
    may_ask,         ///< also forwarded; the child may answer it with questions
    cached,          ///< also forwarded; the result says how long it may be cached
    ping,            ///< the bridge answers it: the modern era has no such method
    sets_log_level,  ///< the bridge answers it
    subscribes,      ///< the bridge asks the child with `subscriptions/listen`
    unsubscribes,
    absent,  ///< the modern era has no such method, and no other one stands for it
};

/// `raw` is the method of a request, with its quotes.
legacy_method legacy_method_of(std::string_view raw);

/// True if the child may answer with questions.
constexpr bool may_ask(legacy_method method) {
    return method == legacy_method::calls_tool || method == legacy_method::may_ask;
}

}  // namespace bridge::era
