// The last answer of a command's processes to `initialize`.
#pragma once

#include <string>
#include <string_view>

namespace bridge::child {

/// Keeps what the server said of itself last, for clients that ask while no process can answer.
class known_answer {
public:
    /// Longer answers are not kept. Real ones have some thousand bytes.
    static constexpr std::size_t longest = 128 * 1024;

    /// Records the raw `result` of `initialize`, or of `server/discover` in that form; then `discovered` is that result as it was, raw.
    void record(std::string_view result, std::string_view discovered = {}) {
        if (result.size() + discovered.size() > longest) return;
        if (result != result_) result_ = result;
        if (discovered != discovered_) discovered_ = discovered;
    }

    /// The raw result; empty if there is none.
    const std::string& result() const { return result_; }

    /// The raw result of `server/discover`; empty if the last answer was none.
    const std::string& discovered() const { return discovered_; }

private:
    std::string result_;
    std::string discovered_;
};

}  // namespace bridge::child
