// The form of the messages that one call sends to its client.
#pragma once

#include <string>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::session {

/// Changes what a child of the legacy era says into what a client of another era understands. A client of the legacy era needs none.
class call_form {
public:
    virtual ~call_form() = default;

    /// Changes `text`, an answer with the client's id, which ends with the contents of `answer` and `jsonrpc::answer_tail`.
    virtual void complete(std::string& text, const jsonrpc::envelope& answer) const = 0;

    /// The code of an error that the bridge itself gives, where a client of the legacy era would get `code`.
    virtual int code_for(int code) const = 0;

    /// True if the client wants the notification `message` of the child.
    virtual bool admits(const jsonrpc::envelope& message) const = 0;
};

}  // namespace bridge::session
