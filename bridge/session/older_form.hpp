// The form of the answers to a client of an older revision.
#pragma once

#include "bridge/mcp/request_kind.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/session/call_form.hpp"

namespace bridge::session {

/// Replaces content that the client's revision does not have (`older_result`). All else passes as it is.
class older_form final : public call_form {
public:
    older_form(mcp::request_kind kind, mcp::revision spoken) : kind_(kind), spoken_(spoken) {}

    bool address(child::link&, jsonrpc::envelope&, std::string*) override { return true; }
    void complete(std::string& text, const jsonrpc::envelope& answer) const override;
    int code_for(int code) const override { return code; }
    bool admits(const jsonrpc::envelope&) const override { return true; }

private:
    mcp::request_kind kind_;
    mcp::revision spoken_;
};

}  // namespace bridge::session
