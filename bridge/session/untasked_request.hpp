// A client's request without its wish for a task.
#pragma once

#include <string>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::session {

/// A copy of a request without `params.task`, for a child behind which no task can run: "Receivers that do not declare the task capability for a
/// request type MUST process requests of that type normally, ignoring any task-augmentation metadata if present" (specification 2025-11-25, Tasks,
/// "Task Support and Handling"). No other byte of the params changes, except for white space.
class untasked_request {
public:
    /// `message` must have a `task`. `text`, if not null, is the text from which `message` was parsed; it must outlive the copy. A large text is
    /// changed where it is, because a copy would take long. `max_depth` as for `read_envelope`.
    untasked_request(const jsonrpc::envelope& message, std::string* text, unsigned max_depth);
    untasked_request(const untasked_request&) = delete;
    untasked_request& operator=(const untasked_request&) = delete;

    const jsonrpc::envelope& message() const { return message_; }

    /// The large text from which the message is now parsed; null if the text is small.
    std::string* text() const { return text_; }

private:
    std::string copy_;
    std::string* text_ = nullptr;
    jsonrpc::envelope message_;
};

}  // namespace bridge::session
