// The reading of request bodies under the memory budget.
#pragma once

#include "bridge/http/body_queue.hpp"
#include "bridge/http/connection.hpp"
#include "bridge/http/context.hpp"
#include "bridge/http/incoming_request.hpp"
#include "bridge/http/input_buffer.hpp"

namespace bridge::http {

/// Reads the bodies of the requests on one connection, as far as there is memory for them.
class body_reader {
public:
    /// All must outlive it.
    body_reader(context& server_context, connection& client, input_buffer& input) : context_(server_context), on_(client), input_(input) {}

    /// True if the body of the request `head`, which `account` is to pay for, may be received.
    bool admits(const request_head& head, const core::memory_account& account) const;

    /// Makes `incoming` continue with its body, whose use is `use` and which `account` pays for.
    void begin(incoming_request& incoming, body_use use, const core::memory_account_ptr& account) const;

    /// Reads and parses the rest of the body of `incoming`. Returns `no_memory` if there is no memory for it and none becomes free in time, no error
    /// at its end, and other errors as `incoming_request::fault` knows them.
    core::task<boost::system::error_code> read(incoming_request& incoming, const core::memory_account& account);

private:
    core::task<boost::system::error_code> wait_for_memory(body_queue::entry& queue_entry, request_body& body);

    context& context_;
    connection& on_;
    input_buffer& input_;
};

}  // namespace bridge::http
