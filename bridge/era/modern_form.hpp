// The form of the messages that a call sends to a client of the modern era.
#pragma once

#include <memory>
#include <optional>

#include "bridge/child/enveloped_call.hpp"
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
    };

    /// For the call of `client` whose request `request` was read from `message`.
    modern_form(const std::shared_ptr<modern_client>& client, const jsonrpc::envelope& message, const modern_request& request, terms chosen);

    const core::digest& request() const { return identity_.digest(); }

    bool address(child::link& link, jsonrpc::envelope& message, std::string* text) override;
    const child::enveloped_call* enveloped() const override { return passes_ ? this : nullptr; }
    void complete(std::string& text, const jsonrpc::envelope& answer) const override;
    int code_for(int code) const override { return modern_code(code); }
    bool admits(const jsonrpc::envelope& message) const override;

private:
    std::string sealed(std::string_view state) const override;

    std::weak_ptr<modern_client> client_;
    bool is_cacheable_;
    std::optional<mcp::log_level> level_;
    terms terms_;
    request_identity identity_;
    outgoing_params outgoing_;
    bool passes_ = false;  // the child is of the modern era
};

}  // namespace bridge::era
