// A stdio MCP server as a child process, for tests.
#pragma once

#include <sys/types.h>
#include <chrono>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class stdio_process {
public:
    using environment = std::map<std::string, std::string>;

    /// Starts `arguments` (the first is the program's path) with exactly this environment. `input`: a
    /// descriptor to use as stdin instead of a pipe; -1 for a pipe. Throws `std::system_error`.
    explicit stdio_process(const std::vector<std::string>& arguments, const environment& variables = {}, int input = -1);

    /// Kills the process, if it still runs, and reaps it.
    ~stdio_process();
    stdio_process(const stdio_process&) = delete;
    stdio_process& operator=(const stdio_process&) = delete;

    void send(const nlohmann::json& message);
    void send_text(std::string_view text);
    void close_input();
    void close_output();
    void signal(int number);

    /// The next line, within 10 s; nothing at the end of output or when the time is up.
    std::optional<std::string> read_line();

    /// The next line as JSON; discarded JSON if there is none.
    nlohmann::json receive();

    /// Sends a request and gives the next message whose id is the request's; others before it are dropped.
    nlohmann::json ask(const nlohmann::json& request);

    /// The exit status, or minus the signal's number; nothing if it runs on for 10 s.
    std::optional<int> wait_for_exit();

    /// What it has written to stderr so far.
    std::string error_output() const;

private:
    pid_t pid_ = -1;
    int input_ = -1;
    int output_ = -1;
    int errors_ = -1;
    std::string buffered_;
};

}  // namespace test_support
