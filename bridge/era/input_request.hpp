// A question of a child of the legacy era, as a client of the modern era gets it.
#pragma once

#include <string>

#include "bridge/core/error.hpp"
#include "bridge/era/client_profile.hpp"
#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::era {

/// The reason why the client cannot be asked.
struct [[nodiscard]] question_fault {
    std::string text;
    std::string missing{};  ///< the capability that the client did not declare, as a raw object; empty if no capability allows the request
};

/// Returns `message`, a request of the child, as an entry of `inputRequests` (revision 2026-07-28, schema, InputRequest): raw, on one line. The
/// members that have a meaning in the legacy era only are left out.
core::result<std::string, question_fault> input_request(const jsonrpc::envelope& message, const client_profile& client);

/// The answer to the child, raw, for a client that was asked by `message` and did not answer: a person who closed the form. Empty if only an error
/// says that.
std::string_view unanswered(std::string_view method);

}  // namespace bridge::era
