// The seal on the states of modern servers.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/sealing_key.hpp"
#include "bridge/core/secret.hpp"

namespace bridge::era {

/// A server that needs an answer of its client gives it a `requestState`, with which the client repeats its request. The server may rely on that
/// state only if nobody can change it or use another client's (revision 2026-07-28, Multi Round-Trip Requests). A server on stdio cannot tell its
/// clients apart, so the bridge seals the state. Nothing of it is kept: every process of the same command may continue the request, also one of
/// another bridge with the same key.
class state_seal {
public:
    using clock = std::chrono::system_clock;

    /// The time in which the user must have answered.
    static constexpr std::chrono::hours lifetime{1};

    /// The beginning of each sealed state. Those of parked calls begin otherwise.
    static constexpr std::string_view mark = "s1.";

    /// Of a raw state. Servers that keep everything in it need some hundred bytes.
    static constexpr std::size_t longest_state = 64 * 1024;

    /// The length of the longest state that `seal` returns. No other state of the bridge is as long.
    static std::size_t longest_sealed();

    /// The only use of a state.
    struct bond {
        std::string_view principal;   ///< it was given to
        const core::digest& request;  ///< see `params_digest`
    };

    /// `command` starts the server.
    state_seal(core::sealing_key key, const std::vector<std::string>& command);

    /// Returns the raw state that the client gets instead of `state`, raw; empty if `state` is too long.
    std::string seal(std::string_view state, const bond& use, clock::time_point now);

    /// True if the raw state `given` of a client has the form of a sealed one.
    static bool is_sealed(std::string_view given);

    /// Returns the raw state in `given`, byte for byte; nothing if this is not its use, or not any more.
    std::optional<std::string> open(std::string_view given, const bond& use, clock::time_point now) const;

private:
    std::string context_of(const bond& use) const;

    core::sealing_key key_;
    core::digest command_;
    bool has_warned_ = false;
};

}  // namespace bridge::era
