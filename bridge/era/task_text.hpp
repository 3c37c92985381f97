// The state of a task as text for its client.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/core/memory_account.hpp"

namespace bridge::era {

/// A text in three parts. The middle one is the task's result or its questions, which can be long, so it is not copied.
struct task_text {
    std::string begin;
    std::string_view middle{};
    std::string end{};
    std::shared_ptr<const std::string> owner{};  ///< keeps the middle part
    core::memory_account_ptr account{};          ///< pays for copies; null for none

    bool empty() const { return begin.empty(); }

    /// A copy of the whole text.
    std::string whole() const {
        std::string out;
        out.reserve(begin.size() + middle.size() + end.size());
        out += begin;
        out += middle;
        return out += end;
    }
};

}  // namespace bridge::era
