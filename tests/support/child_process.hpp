// A program under test: its stdin and stdout are pipes to the test, its stderr is kept.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/deadline.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/unique_fd.hpp"

namespace test_support {

/// How a process ended.
struct exit_status {
    bool exited = false;  ///< by itself; otherwise by a signal
    int code = 0;         ///< exit code, or the signal's number

    friend bool operator==(const exit_status&, const exit_status&) = default;
};

struct child_options {
    std::vector<std::string> command{};
    std::vector<std::string> environment{};  ///< NAME=value, in addition to the test's own
    std::string folder{};                    ///< where it runs; empty: where the test runs
};

/// Starts the program in a session of its own, without a terminal, as its process group. The destructor kills the group and reaps the process.
class child_process {
public:
    explicit child_process(const child_options& options);
    child_process(child_process&&) noexcept;
    child_process& operator=(child_process&&) = delete;
    ~child_process();

    pid_t pid() const { return pid_; }

    /// False if the process takes no more input.
    bool write(std::string_view bytes);
    bool write_line(std::string_view line);
    void close_stdin() { stdin_.reset(); }

    /// The next line of stdout without its line end; nothing at its end or after `limit`.
    std::optional<std::string> read_line(milliseconds limit = patience);

    /// What came on stderr so far.
    std::string stderr_text() const;

    void signal(int number) const;
    /// Nothing if the process still runs after `limit`.
    std::optional<exit_status> wait(milliseconds limit = patience);

private:
    pid_t pid_ = -1;
    std::optional<exit_status> ended_;
    unique_fd stdin_;
    unique_fd stdout_;
    unique_fd stderr_file_;
    std::string unread_;
};

}  // namespace test_support
