// What most promises start from: the bridge over the fixture, and a record of what the bridge told its
// children.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/bridge_process.hpp"
#include "tests/support/mcp_session.hpp"
#include "tests/support/process_table.hpp"
#include "tests/support/raw_json.hpp"
#include "tests/support/temp_folder.hpp"

namespace e2e {

using namespace test_support;

/// How to host it.
struct hosting {
    std::string isolation = "session";
    std::vector<std::string> arguments{};    ///< the bridge's, beside --isolation
    std::vector<std::string> flags{};        ///< the fixture's
    std::vector<std::string> environment{};  ///< the bridge's
    http_headers headers{};                  ///< of every request, such as a key
    bool works = true;                       ///< the fixture can be initialised
};

class hosted_fixture {
public:
    /// Unless the fixture does not work, the bridge's own first look at it is over afterwards and not in the
    /// record.
    explicit hosted_fixture(const hosting& wanted = {});

    bridge_process& bridge() { return bridge_; }
    std::uint16_t port() const { return bridge_.port(); }
    http_client connect() const { return bridge_.connect(); }

    /// What /metrics says of `series`, a name with its labels as they stand there; -1 if it is not there. The bridge must
    /// have been started with `--metrics-listen 0`.
    double metric(std::string_view series) const;
    std::uint16_t metrics_port() const;

    /// A session that is not open yet.
    mcp_session client(mcp_options options = {}) const;
    /// One that is, and whose own child knows it.
    mcp_session session(mcp_options options = {}) const;

    /// Every line that any child received.
    std::vector<std::string> received() const { return lines_of(folder_.path("record")); }
    /// The raw methods of those lines, in order; empty for answers.
    std::vector<std::string> received_methods() const;
    /// True once a line holds `text`.
    [[nodiscard]] bool receives(std::string_view text, milliseconds limit = patience) const;
    /// The first line that holds `text`; empty if none does.
    std::string line_with(std::string_view text) const;

    /// The process ids of all children that were started so far.
    std::vector<pid_t> starts() const;
    /// The last one's.
    pid_t last_child() const;
    /// How often the child was started, not counting the bridge's first look at it.
    std::size_t starts_since_ready() const { return starts().size() - starts_before_; }

    const temp_folder& folder() const { return folder_; }

private:
    bridge_options options_for(const hosting& wanted) const;
    void await_first_look();
    long initialized() const;

    temp_folder folder_;
    http_headers headers_;
    bridge_process bridge_;
    std::string isolation_;
    std::size_t starts_before_ = 0;
};

/// Tests that hold for both kinds of isolation in which children last, or for all three.
class in_both_isolations : public testing::TestWithParam<const char*> {
protected:
    static hosting how(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}) {
        return {.isolation = GetParam(), .arguments = std::move(arguments), .flags = std::move(flags)};
    }
    static bool is_shared() { return std::string_view(GetParam()) == "shared"; }
};

#define IN_BOTH_ISOLATIONS(suite) \
    INSTANTIATE_TEST_SUITE_P(isolation, suite, testing::Values("session", "shared"), [](const auto& instance) { return std::string(instance.param); })

#define IN_ALL_ISOLATIONS(suite)                                                                \
    INSTANTIATE_TEST_SUITE_P(isolation, suite, testing::Values("session", "shared", "request"), \
                             [](const auto& instance) { return std::string(instance.param); })

/// The raw params of the echo tool's answer: what the child received.
std::string echoed(const mcp_answer& answer);

/// Lines that the child of this session has received.
std::vector<std::string> received_by_child_of(mcp_session& session);

/// The code of a JSON-RPC error; 0 if it is none.
long error_code(std::string_view message);
/// Its message, decoded.
std::string error_text(std::string_view message);

/// `text` as a JSON string; `quoted` called with a std::string would find std::quoted.
inline std::string json_string(std::string_view text) {
    return quoted_json(text);
}

/// One JSON-RPC request.
std::string request_text(std::string_view raw_id, std::string_view method, std::string_view params = "{}");
/// One tools/call.
std::string call_text(std::string_view raw_id, std::string_view tool, std::string_view arguments = "{}");

}  // namespace e2e
