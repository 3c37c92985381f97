// The built bridge, running on a port of its own choice.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/binaries.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/http_client.hpp"

namespace test_support {

/// What to start. `bridge_process bridge({.server = {fixture_binary(), "--banner", "3"}});`
struct bridge_options {
    std::vector<std::string> arguments{};               ///< the bridge's own, `--port 0` is added
    std::vector<std::string> server{fixture_binary()};  ///< the command after `--`
    std::vector<std::string> environment{};             ///< NAME=value, added to the test's own
    std::string folder{};                               ///< where it runs
};

/// Starts the bridge and waits until it listens; throws with its log if it does not. The destructor kills it if the
/// test did not stop it.
class bridge_process {
public:
    explicit bridge_process(const bridge_options& options = {});

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return process_.pid(); }
    std::string log() const { return process_.stderr_text(); }
    /// True if the log holds `text` within `limit`.
    [[nodiscard]] bool logs(std::string_view text, milliseconds limit = patience) const;

    http_client connect() const { return http_client(port_); }

    /// A graceful stop with SIGTERM. Nothing if the bridge still runs after `limit`.
    std::optional<exit_status> stop(milliseconds limit = patience);
    void signal(int number) const { process_.signal(number); }
    std::optional<exit_status> wait(milliseconds limit = patience) { return process_.wait(limit); }

private:
    child_process process_;
    std::uint16_t port_ = 0;
};

/// Runs the bridge with arguments that should make it stop by itself, and waits for that.
struct finished_bridge {
    exit_status status;
    std::string output;  ///< stdout
    std::string log;     ///< stderr
};
finished_bridge run_bridge(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});

/// How a bridge ends that was told to stop and had nothing left to do.
inline constexpr exit_status clean_exit{true, 0};

}  // namespace test_support
