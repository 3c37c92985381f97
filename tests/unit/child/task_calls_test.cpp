#include "bridge/child/task_calls.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace bridge::child {
namespace {

struct silent_task final : task_sink {
    void on_progress(const jsonrpc::envelope&) override {}
};

TEST(TaskCalls, FindASinkAsLongAsItsOwnerKeepsIt) {
    task_calls calls;
    auto sink = std::make_shared<silent_task>();
    calls.add(7, sink);
    calls.add(8, nullptr);
    EXPECT_EQ(calls.find(7), sink);
    EXPECT_EQ(calls.find(8), nullptr);
    sink.reset();
    EXPECT_EQ(calls.find(7), nullptr);
}

TEST(TaskCalls, ForgetTheCallsWhoseSinksAreGone) {
    task_calls calls;
    std::vector<std::shared_ptr<task_sink>> kept;
    for (std::uint64_t number = 1; number <= 10'000; ++number) {
        auto sink = std::make_shared<silent_task>();
        calls.add(number, sink);
        if (number % 100 == 0) kept.push_back(std::move(sink));
    }
    EXPECT_LE(calls.size(), 300U);
    EXPECT_EQ(calls.find(10'000), kept.back());
    EXPECT_EQ(calls.find(100), kept.front());
}

}  // namespace
}  // namespace bridge::child
