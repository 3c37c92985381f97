// The form of the messages that one call sends to its client.
#pragma once

#include <string>

#include "bridge/child/link.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::session {

/// Changes what a child of the legacy era says into what a client of another era understands. A client of the legacy era needs none.
class call_form {
public:
    virtual ~call_form() = default;

    /// Changes the request `message`, and `text` from which it was parsed, into one that the child of `link` understands. To be called once, when the
    /// child is known. `text` may be null if nothing is to be changed. Returns false if the request means nothing to that child.
    virtual bool address(child::link& link, jsonrpc::envelope& message, std::string* text) = 0;

    /// See `child::call_sink::enveloped`.
    virtual const child::enveloped_call* enveloped() const { return nullptr; }

    /// Changes `text`, an answer with the client's id, which ends with the contents of `answer` and `jsonrpc::answer_tail`.
    virtual void complete(std::string& text, const jsonrpc::envelope& answer) const = 0;

    /// The code of an error that the bridge itself gives, where a client of the legacy era would get `code`.
    virtual int code_for(int code) const = 0;

    /// True if the client wants the notification `message` of the child.
    virtual bool admits(const jsonrpc::envelope& message) const = 0;
};

}  // namespace bridge::session
