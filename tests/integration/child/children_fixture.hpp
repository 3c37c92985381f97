// Real processes on a real loop.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/child/child_slot.hpp"
#include "tests/support/deadline.hpp"
#include "tests/support/temp_folder.hpp"

namespace bridge::child {

using namespace std::chrono_literals;

/// The children of a stdio fixture that notes its starts. Ends all that run at the end of the test and checks that nothing
/// is left to do then.
class ChildrenTest : public testing::Test {
protected:
    ChildrenTest();
    void TearDown() override;

    /// To be called before `all`.
    void start_with(std::vector<std::string> flags) { flags_ = std::move(flags); }

    /// The children under test, made on first use with the bounds as they are then.
    children& all();

    /// Runs the loop until `condition` holds; false if it still does not after `limit`.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10s);

    /// Runs the loop until `work` gives its value, which is to be default-constructible.
    template <class T>
    T await(core::task<T> work) {
        std::optional<T> out;
        boost::asio::co_spawn(loop_, std::move(work), [&out](const std::exception_ptr&, T value) { out = std::move(value); });
        EXPECT_TRUE(run_until([&out] { return out.has_value(); }));
        return std::move(out).value_or(T{});
    }

    /// The process ids of all that were started so far, in order; each notes its own once it runs.
    std::vector<std::string> starts() const { return test_support::lines_of(folder_.path("starts")); }
    [[nodiscard]] bool has_started(std::size_t count) {
        return run_until([&] { return starts().size() >= count; });
    }
    /// The process id of the child behind an open link, which it says itself.
    std::string pid_of(link& source);
    /// How many children this process has, dead ones that were not reaped included.
    static std::size_t running();

    /// As of the bridge itself.
    static legacy_handshake words();

    boost::asio::io_context loop_;
    core::limits bounds_;
    core::redactor secrets_;
    core::memory_budget memory_{0};
    test_support::temp_folder folder_;

private:
    std::vector<std::string> flags_;
    process::command command_;
    std::unique_ptr<children> all_;
};

}  // namespace bridge::child
