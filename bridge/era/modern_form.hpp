// The form of the messages that a call sends to a client of the modern era.
#pragma once

#include <memory>
#include <optional>

#include "bridge/era/modern_client.hpp"
#include "bridge/session/call_form.hpp"

namespace bridge::era {

/// Completes the answers of a child of the legacy era, and filters its log messages by the level that the request asked for.
class modern_form final : public session::call_form {
public:
    /// For a call of `client`, which opens web pages if `asks_by_url`.
    modern_form(std::weak_ptr<modern_client> client, bool is_cacheable, std::optional<mcp::log_level> level, const core::digest& request,
                bool asks_by_url)
        : client_(std::move(client)), is_cacheable_(is_cacheable), level_(level), request_(request), asks_by_url_(asks_by_url) {}

    /// The form of a call that is a task now: of its messages the client gets the answer only.
    std::shared_ptr<const modern_form> of_task() const;
    bool is_task() const { return is_task_; }

    /// The result is a list of tools.
    void list_tools() { lists_tools_ = true; }

    /// The call may become a task at `due`.
    void allow_task(core::clock::time_point due) { task_due_ = due; }
    core::clock::time_point task_due() const { return task_due_; }

    /// The digest of the request; see `params_digest`. All zero if nothing can be asked because of it.
    const core::digest& request() const { return request_; }

    void complete(std::string& text, const jsonrpc::envelope& answer) const override;
    int code_for(int code) const override { return modern_code(code); }
    bool admits(const jsonrpc::envelope& message) const override;

private:
    std::weak_ptr<modern_client> client_;
    bool is_cacheable_;
    std::optional<mcp::log_level> level_;
    core::digest request_;
    bool asks_by_url_;
    bool is_task_ = false;
    bool lists_tools_ = false;
    core::clock::time_point task_due_ = core::clock::time_point::max();
};

/// The form of `call`; null if it has another one.
inline const modern_form* form_of(const session::exchange& call) {
    return dynamic_cast<const modern_form*>(call.form());
}

}  // namespace bridge::era
