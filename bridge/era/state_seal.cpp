#include "bridge/era/state_seal.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/jsonrpc/text.hpp"

namespace bridge::era {
namespace {

// The end of the lifetime, in seconds since 1970, in front of the state.
constexpr std::size_t time_digits = 12;

std::string digits_of(std::chrono::system_clock::time_point time) {
    std::string out = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    return std::string(time_digits - std::min(time_digits, out.size()), '0') + out;
}

core::digest digest_of_all(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& each : words) {
        text += each;
        text += '\0';
    }
    return core::digest_of(text);
}

void append(std::string& out, const core::digest& added) {
    out.append(added.begin(), added.end());
}

}  // namespace

state_seal::state_seal(core::sealing_key key, const std::vector<std::string>& command) : key_(key), command_(digest_of_all(command)) {}

// All parts have one length, so no two uses have the same context.
std::string state_seal::context_of(const bond& use) const {
    std::string out(mark);
    append(out, command_);
    append(out, core::digest_of(use.principal));
    append(out, use.request);
    return out;
}

std::string state_seal::seal(std::string_view state, const bond& use, clock::time_point now) {
    if (state.size() > longest_state) return {};
    if (key_.is_random() && !std::exchange(has_warned_, true)) {
        spdlog::info(
            "the server has asked a client; questions that are open when the bridge ends cannot be answered afterwards, nor at another "
            "instance, unless MCP_BRIDGE_STATE_KEY is set");
    }
    return '"' + std::string(mark) + key_.seal(digits_of(now + lifetime) + std::string(state), context_of(use)) + '"';
}

std::size_t state_seal::longest_sealed() {
    return core::sealing_key::sealed_size(time_digits + longest_state) + mark.size() + 2;
}

bool state_seal::is_sealed(std::string_view given) {
    return given.size() <= longest_sealed() && given.starts_with('"') && jsonrpc::decode_string(given).starts_with(mark);
}

std::optional<std::string> state_seal::open(std::string_view given, const bond& use, clock::time_point now) const {
    if (!is_sealed(given)) return std::nullopt;
    const std::optional<std::string> text = key_.open(std::string_view(jsonrpc::decode_string(given)).substr(mark.size()), context_of(use));
    if (!text || text->size() < time_digits) return std::nullopt;
    if (text->substr(0, time_digits) < digits_of(now)) return std::nullopt;
    return text->substr(time_digits);
}

}  // namespace bridge::era
