// The form of the messages that a call sends to a client of the modern era.
#pragma once

#include <memory>
#include <optional>

#include "bridge/child/enveloped_call.hpp"
#include "bridge/core/final_cast.hpp"
#include "bridge/era/modern_client.hpp"
#include "bridge/era/outgoing_params.hpp"
#include "bridge/era/request_identity.hpp"
#include "bridge/session/call_form.hpp"

namespace bridge::era {

/// Fits requests and answers to the era of the child. The answers of a child of the legacy era are completed; those of the modern era pass as they
/// are. Log messages are filtered by the level that the request asked for.
class modern_form final : public session::call_form, private child::enveloped_call {
public:
    struct terms {
        state_seal& seal;  ///< must outlive the form
        unsigned json_depth;
        bool can_be_asked;  ///< the answer to this request may be a question
        bool asks_by_url;   ///< the client opens web pages
        bool knows_tasks;   ///< the client has declared the extension for tasks
    };

    /// For the call of `client` whose request `request` was read from `message`.
    modern_form(const std::shared_ptr<modern_client>& client, const jsonrpc::envelope& message, const modern_request& request, terms chosen);

    /// The call is a task now: of its messages the client gets the answer only.
    void become_task();
    bool is_task() const { return is_task_; }

    /// The result is a list of tools.
    void list_tools() { lists_tools_ = true; }

    /// The child calls this tool as a task only, if it is of the legacy era.
    void wish_for_task() { wishes_for_task_ = true; }

    /// The call may become a task at `due`.
    void allow_task(core::clock::time_point due) { task_due_ = due; }
    core::clock::time_point task_due() const { return task_due_; }
    bool can_become_task() const override { return is_task_ || task_due_ != core::clock::time_point::max(); }

    /// The link of a child that may answer the call with a task of its own; null if it may not.
    std::shared_ptr<child::link> task_maker() const { return task_maker_.lock(); }

    /// Null once the client is forgotten.
    std::shared_ptr<modern_client> client() const { return client_.lock(); }

    /// The digest of the request; see `params_digest`.
    const core::digest& request() const { return identity_.digest(); }

    bool address(child::link& link, jsonrpc::envelope& message, std::string* text) override;
    const child::enveloped_call* enveloped() const override { return passes_ ? this : nullptr; }
    void complete(std::string& text, const jsonrpc::envelope& answer) const override;
    int code_for(int code) const override { return modern_code(code); }
    bool admits(const jsonrpc::envelope& message) const override;
    /// True if the client wants log messages of the severity `level`; nothing: one that the child made up.
    bool wants_log(std::optional<mcp::log_level> level) const { return level && level_ && *level >= *level_; }

private:
    std::string sealed(std::string_view state) const override;

    std::weak_ptr<modern_client> client_;
    bool is_cacheable_;
    std::optional<mcp::log_level> level_;
    terms terms_;
    request_identity identity_;
    outgoing_params outgoing_;
    bool passes_ = false;  // the child is of the modern era
    bool is_task_ = false;
    bool lists_tools_ = false;
    bool wishes_for_task_ = false;
    std::weak_ptr<child::link> task_maker_;
    core::clock::time_point task_due_ = core::clock::time_point::max();
};

/// The severity of the log message `message`, which the function walks; nothing if it has none of the protocol's.
std::optional<mcp::log_level> level_of(const jsonrpc::envelope& message);

/// The form of `call`; null if it has another one.
inline modern_form* form_of(const session::exchange& call) {
    return core::final_cast<modern_form>(call.form());
}

}  // namespace bridge::era
