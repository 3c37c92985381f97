// A call whose request carries the envelope of the modern era.
#pragma once

#include <string>
#include <string_view>

namespace bridge::child {

/// The part of a sink by which a link to a child of the modern era passes request and answer of the call as they are, but for the child's state.
class enveloped_call {
public:
    virtual ~enveloped_call() = default;

    /// The raw state that the client gets instead of the raw `state`, by which the child will continue the call; empty if it cannot have one.
    virtual std::string sealed(std::string_view state) const = 0;

    /// True if the call is a task, or can become one.
    virtual bool can_become_task() const = 0;
};

}  // namespace bridge::child
