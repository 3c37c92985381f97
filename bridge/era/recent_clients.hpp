// The clients of the last requests.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace bridge::era {

class modern_client;

/// Remembers to which clients the capabilities of requests belonged. A client repeats the same text with each request, and comparing the text is
/// cheaper than normalising it. The number of entries is fixed, and a later client can take the place of an earlier one.
class recent_clients {
public:
    /// The client of `principal` whose request had the raw capabilities `capabilities`, byte for byte; null if it is not remembered.
    std::shared_ptr<modern_client> find(std::string_view principal, std::string_view capabilities) const;

    /// Does nothing for long capabilities.
    void remember(std::string_view principal, std::string_view capabilities, const std::shared_ptr<modern_client>& client);

    /// To be called when a client ends.
    void forget_all();

private:
    static constexpr std::size_t count = 64;
    static constexpr std::size_t longest = 1024;

    struct entry {
        std::string principal;
        std::string capabilities;
        std::weak_ptr<modern_client> client;
    };

    static std::size_t place_of(std::string_view principal, std::string_view capabilities);

    std::array<entry, count> entries_;
};

}  // namespace bridge::era
