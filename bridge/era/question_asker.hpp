// A call of a modern child that asks the client.
#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/child/call_sink.hpp"
#include "bridge/core/shared_text.hpp"

namespace bridge::era {

/// Receives the answers of the client to the questions with which the child has answered the call.
class question_asker {
public:
    virtual ~question_asker() = default;

    /// The receiver of the call's own answer; null if it does not need that any more.
    virtual const child::call_sink* sink() const = 0;

    /// The client has answered the request `question` with `result`, raw and on one line.
    virtual void answer(std::uint64_t question, core::shared_text result) = 0;

    /// The client, or the bridge for it, has refused to answer.
    virtual void refuse(std::uint64_t question, std::string_view reason) = 0;
};

}  // namespace bridge::era
