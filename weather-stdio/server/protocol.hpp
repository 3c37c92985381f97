// The server's side of MCP as a state machine without I/O. Its input is lines; its output is lines, and calls to start.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weather-stdio/server/limits.hpp"
#include "weather-stdio/server/message.hpp"
#include "weather-stdio/server/results.hpp"

namespace stdio_server {

/// Identifies a tool call inside the server; never reused.
using call_key = std::uint64_t;

struct started_call {
    call_key key;
    const tool* target;
    std::shared_ptr<const nlohmann::json> arguments;
};

/// The actions that the owner must take after it received a line.
struct actions {
    std::vector<std::string> lines;     ///< lines to send, in this order
    std::vector<started_call> started;  ///< calls to run; each ends in `finish` or `fail`
    std::vector<call_key> cancelled;    ///< calls to cancel; each still ends in `finish` or `fail`
};

/// Serves both eras on one connection, request by request. A request with the modern envelope is modern. `initialize` and the later
/// requests without an envelope are legacy. All other requests are refused.
class protocol {
public:
    /// `tools` must outlive the protocol and must not change.
    protocol(server_info info, const tool_registry& tools, limits bounds);

    /// Handles one line without its line break.
    actions receive(std::string_view line);

    /// Returns a progress line for the client, or nothing if the client did not ask for progress or has cancelled the call.
    std::optional<std::string> progress(call_key key, const progress_update& update) const;

    /// Ends the call. Returns the line to send, or nothing for a cancelled call and while a batch waits for other calls.
    std::optional<std::string> finish(call_key key, const tool_result& result);
    std::optional<std::string> fail(call_key key, const rpc_error& error);

    /// Returns the answers that end all open subscriptions, for an orderly end of service.
    std::vector<std::string> close_subscriptions();

private:
    /// The answers to a batch. They are sent together when the last of its calls has ended.
    struct batch {
        std::vector<std::string> answers;
        std::size_t open = 0;
    };
    using batch_ptr = std::shared_ptr<batch>;

    /// A call stays in the table until its tool has ended, even if it was cancelled.
    struct call {
        std::string id;              // JSON text
        std::string progress_token;  // JSON text; empty for none
        revision spoken;
        batch_ptr group;
        bool cancelled = false;
    };

    /// A call of the legacy era that waits for the answer of the user. The wait has no deadline of its own: people take their time, and the client
    /// can cancel the call.
    struct parked_call {
        call made;
        const tool* target;
        std::shared_ptr<nlohmann::json> arguments;
    };

    void receive_batch(const nlohmann::json& document, actions& out);
    void receive_message(const nlohmann::json& document, const batch_ptr& group, actions& out);
    static void answer(std::string line, const batch_ptr& group, actions& out);
    void handle_request(const message& request, const batch_ptr& group, actions& out);
    void handle_cancelled(const message& notification, actions& out);
    void dispatch(const message& request, revision spoken, const batch_ptr& group, actions& out);
    void call_tool(const message& request, revision spoken, const batch_ptr& group, actions& out);
    bool ask(const message& request, const tool& target, nlohmann::json& given, const call& made, actions& out);
    void start(call made, const tool& target, nlohmann::json given, actions& out);
    void handle_response(const nlohmann::json& document, const std::string& id, actions& out);
    void listen(const message& request, actions& out);
    void list_tools(const message& request, revision spoken, const batch_ptr& group, actions& out);
    void initialize(const message& request, const batch_ptr& group, actions& out);

    bool in_use(const std::string& id) const;
    std::optional<std::string> end_call(call_key key, std::string line);

    server_info info_;
    const tool_registry& tools_;
    limits bounds_;
    std::optional<revision> negotiated_;  // from the last `initialize`
    std::map<call_key, call> calls_;
    std::map<std::string, call_key> calls_by_id_;                // without cancelled calls
    std::set<std::string> subscriptions_;                        // ids
    std::map<std::string, parked_call> parked_;                  // by the id of the request to the client
    std::shared_ptr<const nlohmann::json> client_capabilities_;  // from the last `initialize`
    std::uint64_t last_question_ = 0;
    call_key next_key_ = 1;
};

}  // namespace stdio_server
