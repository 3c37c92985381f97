#include <string>

#include "bridge/mcp/task.hpp"

#include <gtest/gtest.h>

namespace bridge::mcp {
namespace {

using namespace std::chrono_literals;

TEST(Task, IsReadFromItsDescription) {
    const task read = task::read(R"({"ttl":60000,"taskId":"a\u0062","status":"working","x":{"taskId":"no"}})");
    EXPECT_EQ(read.id, R"("a\u0062")");
    EXPECT_EQ(read.status, R"("working")");
    EXPECT_EQ(read.ttl, 60s);
    EXPECT_FALSE(read.has_terminal_status());
}

TEST(Task, HasNothingThatIsNotThere) {
    for (const char* other : {"{}", "[]", "", R"({"taskId":5,"status":{},"ttl":null})", R"({"ttl":-1})", R"({"ttl":99999999999999999999})"}) {
        const task read = task::read(other);
        EXPECT_TRUE(read.id.empty() && read.status.empty() && !read.ttl && !read.has_terminal_status()) << other;
    }
}

TEST(Task, EndsWithATerminalStatus) {
    for (const char* status : {"completed", "failed", "cancelled", "f\\u0061iled"}) {
        EXPECT_TRUE(task::read(R"({"status":")" + std::string(status) + R"("})").has_terminal_status()) << status;
    }
    for (const char* status : {"working", "input_required", "Completed", ""}) {
        EXPECT_FALSE(task::read(R"({"status":")" + std::string(status) + R"("})").has_terminal_status()) << status;
    }
}

}  // namespace
}  // namespace bridge::mcp
