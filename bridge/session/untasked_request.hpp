// A client's request without its wish for a task.
#pragma once

#include <string>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::session {

/// A copy of a request without `params.task`, for a child behind which no task can run: "Receivers that do not declare the task capability for a
/// request type MUST process requests of that type normally, ignoring any task-augmentation metadata if present" (specification 2025-11-25, Tasks,
/// "Task Support and Handling"). No other byte of the params changes, except for white space
/// beside it.
class untasked_request {
public:
    /// `message` must have a `task`. `text`, if not null, is the text from which `message` was parsed; it must outlive the copy. A large text is
    /// not copied, because that would take long; see `jsonrpc::remove_params`. `max_depth` as for `read_envelope`.
    untasked_request(const jsonrpc::envelope& message, std::string* text, unsigned max_depth);
    untasked_request(const untasked_request&) = delete;
    untasked_request& operator=(const untasked_request&) = delete;

    /// True if the params have more than `jsonrpc::most_members` members, so that the request still has its `task`.
    bool has_too_many_members() const { return has_too_many_members_; }

    const jsonrpc::envelope& message() const { return message_; }

    /// The large text from which the message is now parsed; null if the text is small.
    std::string* text() const { return text_; }

private:
    std::string copy_;
    std::string* text_ = nullptr;
    bool has_too_many_members_ = false;
    jsonrpc::envelope message_;
};

}  // namespace bridge::session
