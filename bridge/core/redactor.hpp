// Hides secrets in text that is shown to people.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::core {

class secret_finder;

/// Strings that must appear in no log line and no error message. Text goes into either only through `shown` and `beginning`,
/// which hide first and cut afterwards: the other order could leave a part of a secret at the cut. The cost is linear in
/// the part that is shown, whatever the secrets and the text are.
class redactor {
public:
    redactor();
    ~redactor();
    redactor(redactor&&) noexcept;
    redactor& operator=(redactor&&) noexcept;

    /// Secrets of fewer than 4 characters are not kept: hiding them would hide ordinary text.
    void add(std::string secret);

    /// The first `max_bytes` of `text`, safe for one log line as `printable` makes it, with how long the text is if it is
    /// longer. Each run of overlapping secrets becomes "***". A byte at or beyond `max_bytes`, or of a secret that only
    /// begins before it, is never shown.
    std::string shown(std::string_view text, std::size_t max_bytes) const;

    /// The same without the note of the length. `is_cut` says that `text` is the beginning of a longer one: then what
    /// could be the beginning of a secret at its end is hidden too.
    std::string beginning(std::string_view text, std::size_t max_bytes, bool is_cut = false) const;

    /// The length of the longest secret. A caller that keeps the beginning of a long text should keep this much more than it
    /// will show.
    std::size_t longest() const { return longest_; }

private:
    const secret_finder& finder() const;

    std::vector<std::string> secrets_;
    std::size_t longest_ = 0;
    mutable std::unique_ptr<secret_finder> finder_;  // built for the first text after a change of the secrets
};

}  // namespace bridge::core
