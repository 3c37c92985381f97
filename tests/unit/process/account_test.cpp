#include "bridge/process/account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace bridge::process {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* passwd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "\n"
    "broken line\n"
    "half:x:12\n"
    "wrong:x:-1:5::/:\n"
    "mcp:x:998:997:MCP, servers:/var/lib/mcp:/usr/sbin/nologin\n"
    "bare:x:999:100:::\n"
    "toor:x:0:0::/root:/bin/sh\n";

constexpr const char* group =
    "root:x:0:\n"
    "mcp:x:997:\n"
    "audio:x:29:pulse,mcp\n"
    "video:x:44:mcpx,mcp2\n"
    "media:x:45:mcp,other";

struct found {
    std::optional<account> who;
    std::string wrong;
};

found find(std::string_view wanted) {
    std::istringstream users(passwd);
    std::istringstream groups(group);
    found out;
    out.who = find_account(wanted, users, groups, out.wrong);
    return out;
}

TEST(Account, IsFoundByNameAndById) {
    for (const char* wanted : {"mcp", "998"}) {
        const found mcp = find(wanted);
        ASSERT_TRUE(mcp.who) << mcp.wrong;
        EXPECT_EQ(mcp.who->user, 998U);
        EXPECT_EQ(mcp.who->group, 997U);
        EXPECT_THAT(mcp.who->groups, ElementsAre(29, 45, 997));
        EXPECT_THAT(mcp.who->variables(), ElementsAre("HOME=/var/lib/mcp", "USER=mcp", "LOGNAME=mcp"));
    }
}

TEST(Account, TakesAnotherGroupByNameOrId) {
    EXPECT_EQ(find("mcp:audio").who.value().group, 29U);
    EXPECT_EQ(find("mcp:44").who.value().group, 44U);
    EXPECT_EQ(find("mcp:4711").who.value().group, 4711U) << "an id need not be listed";
    EXPECT_THAT(find("mcp:video").wrong, "");
    EXPECT_THAT(find("mcp:none").wrong, HasSubstr("no group 'none'"));
}

TEST(Account, NeedsNoLineForIds) {
    const found bare = find("4711:4712");
    ASSERT_TRUE(bare.who) << bare.wrong;
    EXPECT_EQ(bare.who->user, 4711U);
    EXPECT_THAT(bare.who->groups, ElementsAre(4712));
    EXPECT_THAT(bare.who->variables(), ElementsAre("HOME=/", "USER=4711", "LOGNAME=4711"));
    EXPECT_THAT(find("4711").wrong, HasSubstr("4711:GROUP"));
}

TEST(Account, HasAHomeWhereNoneIsListed) {
    EXPECT_EQ(find("bare").who.value().home, "/");
}

TEST(Account, IsNeverRootNorNobodyAtAll) {
    for (const char* wanted : {"root", "0", "toor", "0:100"}) EXPECT_THAT(find(wanted).wrong, HasSubstr("root")) << wanted;
    for (const char* wanted : {"", "half", "wrong", "broken line", "-1:5", "4294967295:5", "x:x", "998x", "mcp "}) {
        EXPECT_FALSE(find(wanted).who) << wanted;
        EXPECT_NE(find(wanted).wrong, "") << wanted;
    }
}

}  // namespace
}  // namespace bridge::process
