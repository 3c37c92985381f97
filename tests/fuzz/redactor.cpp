// What is shown of a text holds no byte of a secret and nothing beyond the limit, and costs the same for each byte whatever the secrets are.
//
// Input: a byte for the limit, a byte for how many secrets there are, the secrets with a zero byte behind each, then the text.
#include <algorithm>
#include <string>
#include <vector>

#include "bridge/core/redactor.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using fuzzing::require;

// As many steps as one byte may cost: a lookup in each of the secrets' characters at that place, at most.
constexpr std::size_t most_secrets = 16;
constexpr std::size_t steps_per_byte = 8 * most_secrets;

bool is_ordinary(char c) {
    return c >= 0x20 && c < 0x7F;
}

// What is shown of a text of ordinary characters, by the rule itself.
std::string by_the_rule(const std::vector<std::string>& secrets, std::string_view text, std::size_t limit) {
    std::vector<std::size_t> run(text.size(), std::string_view::npos);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const std::string& each : secrets) {
            if (!text.substr(at).starts_with(each)) continue;
            const std::size_t begin = std::min(at, run[at]);
            std::fill_n(run.begin() + static_cast<std::ptrdiff_t>(at), each.size(), begin);
        }
    }
    std::string out;
    for (std::size_t at = 0; at < std::min(text.size(), limit); ++at) {
        if (run[at] == std::string_view::npos) out += text[at];
        if (run[at] == at) out += "***";
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in(data, size);
    const std::size_t limit = 4U * in.byte();
    std::vector<std::string> secrets;
    bridge::core::redactor hidden;
    std::size_t bytes = 0;
    for (std::size_t left = in.below(most_secrets + 1); left > 0; --left) {
        const std::string_view secret = in.until('\0');
        hidden.add(std::string(secret));
        if (secret.size() >= 4) secrets.emplace_back(secret);
        bytes += secret.size();
    }
    const std::string_view text = in.rest();
    {
        const fuzzing::bounded_cost cost(bytes + std::min(text.size(), limit + hidden.longest()), steps_per_byte);
        require(hidden.beginning(text, limit).size() <= 4 * limit + 3, "a text that is shown is bounded");
    }
    const bool is_plain = std::ranges::all_of(text, is_ordinary) &&
                          std::ranges::all_of(secrets, [](const auto& each) { return std::ranges::all_of(each, is_ordinary); });
    if (is_plain) require(hidden.beginning(text, limit) == by_the_rule(secrets, text, limit), "each byte of a secret is hidden, and no other");
    const std::string cut = hidden.beginning(text, limit, true);
    require(cut.size() <= 4 * limit + 3, "a text that was cut is bounded");
    return 0;
}
