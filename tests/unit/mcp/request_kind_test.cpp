#include "bridge/mcp/request_kind.hpp"

#include <gtest/gtest.h>

namespace bridge::mcp {
namespace {

TEST(RequestKind, IsThatOfTheMethodHoweverItIsWritten) {
    EXPECT_EQ(request_kind_of(R"("tools/call")"), request_kind::tools_call);
    EXPECT_EQ(request_kind_of(R"("tools\/call")"), request_kind::tools_call) << "as json_encode of PHP writes it";
    EXPECT_EQ(request_kind_of(R"("\u0070ing")"), request_kind::ping);
    EXPECT_EQ(request_kind_of(R"("tools\\/call")"), request_kind::other);
    EXPECT_EQ(request_kind_of(R"("x/y")"), request_kind::other);
    EXPECT_EQ(request_kind_of(""), request_kind::other);
}

}  // namespace
}  // namespace bridge::mcp
