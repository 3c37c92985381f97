// The encryption of texts that a client keeps for the bridge (libsodium).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace bridge::core {

/// Seals texts, so that their holders can neither read nor change them. The cipher is XChaCha20-Poly1305, whose nonces are long enough to be random.
class sealing_key {
public:
    /// A key that ends with the program.
    static sealing_key random();
    /// A key that every program makes of an equal `secret`. It is only as hard to guess as `secret`.
    static sealing_key from(std::string_view secret);

    sealing_key(const sealing_key&) = default;
    sealing_key& operator=(const sealing_key&) = default;
    ~sealing_key();

    bool is_random() const { return is_random_; }

    /// Returns `text`, sealed, in the characters of URLs. `context` is no part of it, but it can be opened with an equal context only.
    std::string seal(std::string_view text, std::string_view context) const;

    /// Returns the text in `sealed`; nothing if it was sealed with another key or another context, or was changed.
    std::optional<std::string> open(std::string_view sealed, std::string_view context) const;

    /// The length of a sealed text of `bytes`.
    static std::size_t sealed_size(std::size_t bytes);

private:
    sealing_key() = default;

    std::array<unsigned char, 32> bytes_{};
    bool is_random_ = false;
};

}  // namespace bridge::core
