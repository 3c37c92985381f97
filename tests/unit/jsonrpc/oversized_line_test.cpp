#include "bridge/jsonrpc/oversized_line.hpp"

#include <gtest/gtest.h>

namespace bridge::jsonrpc {
namespace {

// As the framer leaves it, with 100 bytes at each end.
oversized_message read(const std::string& line) {
    return read_oversized({.size = line.size(), .head = line.substr(0, 100), .tail = line.substr(line.size() - 100)});
}

const std::string large = R"({"content":[{"type":"text","text":")" + std::string(1000, 'x') + R"("}]})";

TEST(OversizedLine, FindsTheIdInFront) {
    const auto message = read(R"({"jsonrpc":"2.0","id":17,"result":)" + large + "}");
    EXPECT_TRUE(message.is_object);
    EXPECT_FALSE(message.is_call);
    EXPECT_EQ(message.id, "17");
    EXPECT_EQ(read(R"({"id":"a b","jsonrpc":"2.0","result":)" + large + "}").id, R"("a b")");
}

TEST(OversizedLine, FindsTheIdBehind) {
    EXPECT_EQ(read(R"({"result":)" + large + R"(,"jsonrpc":"2.0","id":17})").id, "17");
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","result":)" + large + R"( , "id" : "x" } )").id, R"("x")");
    EXPECT_EQ(read(R"({"result":)" + large + R"(,"id":17,"jsonrpc":"2.0"})").id, "17");
}

TEST(OversizedLine, DoesNotTakeAnotherIdForIt) {
    EXPECT_EQ(read(R"({"result":{"a":")" + std::string(1000, 'x') + R"(","id":5}})").id, "") << "one of the result's";
    EXPECT_EQ(read(R"({"result":{"a":")" + std::string(1000, 'x') + R"(","b":{"id":5}},"jsonrpc":"2.0"})").id, "");
    EXPECT_EQ(read(R"({"result":")" + std::string(1000, 'x') + R"(\"id\":5}"})").id, "") << "one in a string";
    EXPECT_EQ(read(R"({"jsonrpc":"2.0","result":{"id":5,"x":")" + std::string(1000, 'x') + R"("}})").id, "");
    EXPECT_EQ(read(R"({"id":)" + std::string(200, '1') + R"(,"result":)" + large + "}").id, "") << "one that is cut off";
}

TEST(OversizedLine, KnowsCalls) {
    const auto request = read(R"({"jsonrpc":"2.0","id":3,"method":"sampling/createMessage","params":)" + large + "}");
    EXPECT_TRUE(request.is_call);
    EXPECT_EQ(request.id, "3");
    EXPECT_TRUE(read(R"({"method":"notifications/message","params":)" + large + R"(,"jsonrpc":"2.0"})").is_call);
    EXPECT_TRUE(read(R"({"params":)" + large + R"(,"id":3,"method":"roots/list"})").is_call);
}

TEST(OversizedLine, KnowsWhatIsNoMessage) {
    EXPECT_FALSE(read(std::string(1000, '=')).is_object);
    EXPECT_FALSE(read("[" + large + "]").is_object);
}

}  // namespace
}  // namespace bridge::jsonrpc
