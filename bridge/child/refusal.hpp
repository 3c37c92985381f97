// The reason why a client gets no child, or no session.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "bridge/core/error.hpp"

namespace bridge::child {

/// A refusal of something that a client needs. The code that decides on it passes it on unchanged to `session/refusal_answer`, which alone chooses
/// the answer for the client.
struct [[nodiscard]] refusal {
    enum class kind {
        at_limit,           ///< nothing was tried: too many children run, too many requests wait, or the server keeps failing
        failed,             ///< the attempt failed
        refused_by_server,  ///< the server answered `initialize` with an error
        closed,             ///< its purpose has ended, or the bridge is shutting down
    };

    kind reason = kind::failed;
    std::string text{};                                      ///< one sentence for the client
    bool is_try_due = false;                                 ///< the user of the process is to try the modern era (`command_era`)
    std::string server_error{};                              ///< the server's own error object, raw; empty unless `refused_by_server`
    std::optional<std::chrono::milliseconds> retry_after{};  ///< when to try again, if that is known

    bool is_at_limit() const { return reason == kind::at_limit; }

    static refusal at_limit(std::string text, std::optional<std::chrono::milliseconds> retry_after = {}) {
        return {.reason = kind::at_limit, .text = std::move(text), .retry_after = retry_after};
    }
    static refusal failed(std::string text) { return {.reason = kind::failed, .text = std::move(text)}; }
    static refusal not_needed() { return at_limit("the server process is not needed any more"); }
    static refusal closed(std::string text) { return {.reason = kind::closed, .text = std::move(text)}; }
};

/// A `T`, or the refusal. A pointer in it is never null.
template <class T>
using granted = core::result<T, refusal>;

}  // namespace bridge::child
