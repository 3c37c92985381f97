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

    /// Records the raw `result` of `initialize`, or of `server/discover` in that form.
    void record(std::string_view result) {
        if (result.size() <= longest && result != result_) result_ = result;
    }

    /// The raw result; empty if there is none.
    const std::string& result() const { return result_; }

private:
    std::string result_;
};

}  // namespace bridge::child
