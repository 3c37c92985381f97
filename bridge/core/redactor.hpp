// The redactor, which hides secrets in text that people see.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::core {

class secret_finder;

/// Holds the strings that must appear in no log line and no error message. Text goes into either only through `shown` and `beginning`. Both
/// hide secrets first and cut the text afterwards; the other order could leave a part of a secret at the cut. The cost is linear in the
/// length of the shown part, whatever the secrets and the text are.
class redactor {
public:
    redactor();
    ~redactor();
    redactor(redactor&&) noexcept;
    redactor& operator=(redactor&&) noexcept;

    /// Adds a secret. Ignores secrets of fewer than 4 characters: hiding them would hide ordinary text.
    void add(std::string secret);

    /// Returns the first `max_bytes` of `text`, safe for one log line as `printable` makes it. If `text` is longer, a note gives its
    /// length. Each run of overlapping secrets becomes "***". The result never shows a byte at or beyond `max_bytes`, or a byte of a secret
    /// that only begins before it.
    std::string shown(std::string_view text, std::size_t max_bytes) const;

    /// As `shown`, but without the note of the length. `is_cut` means that `text` is the beginning of a longer text. Then a possible
    /// beginning of a secret at the end of `text` is hidden too.
    std::string beginning(std::string_view text, std::size_t max_bytes, bool is_cut = false) const;

    /// The length of the longest secret. A caller that keeps the beginning of a long text should keep this many bytes more than it will
    /// show.
    std::size_t longest() const { return longest_; }

private:
    const secret_finder& finder() const;

    std::vector<std::string> secrets_;
    std::size_t longest_ = 0;
    mutable std::unique_ptr<secret_finder> finder_;  // built for the first text after a change of the secrets
};

}  // namespace bridge::core
