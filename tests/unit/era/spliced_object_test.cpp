#include "bridge/era/spliced_object.hpp"

#include <gtest/gtest.h>

#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {
namespace {

// The link's own number is written as #, and each part that is not copied stands between < and >.
std::string shown(const child::spliced_params& params) {
    std::string out;
    const auto show = [&out](const core::spliced_text& text) {
        for (const core::spliced_text::part& each : text.parts()) {
            out += each.copied;
            if (!each.shared.empty()) out += '<' + std::to_string(each.shared.view().size()) + '>';
        }
    };
    show(params.before_token);
    if (!params.behind_token) return out;
    out += '#';
    show(*params.behind_token);
    return out;
}

const std::string long_text(300, 'x');

TEST(SplicedObject, CopiesMembersUnlessTheyAreLongPartsOfItsText) {
    const core::shared_text source(std::string(R"({"a":1,"b":")" + long_text + R"(","c":2, "d":3})"));
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(source.view());
    spliced_object out(source);
    out.add("n", "0");
    for (const jsonrpc::member& each : members) out.add(each.text());
    out.add(R"("e":4)");
    EXPECT_EQ(shown(out.finish()), R"({"n":0,"a":1,<319>,"e":4})") << "what follows a long member is part of it";
    spliced_object copying;
    for (const jsonrpc::member& each : members) copying.add(each.text());
    EXPECT_EQ(shown(copying.finish()), R"({"a":1,"b":")" + long_text + R"(","c":2,"d":3})");
}

TEST(SplicedObject, LeavesOutWhatIsNotAdded) {
    const core::shared_text source(std::string(R"({"a":")" + long_text + R"(","b":1,"c":2,"d":")" + long_text + R"("})"));
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(source.view());
    spliced_object out(source);
    for (const jsonrpc::member& each : members) {
        if (!each.is("b")) out.add(each.text());
    }
    EXPECT_EQ(shown(out.finish()), R"({<306>,"c":2,<306>})");
}

TEST(SplicedObject, DoesNotJoinMembersOfTwoObjects) {
    const core::shared_text source(std::string(R"({"a":")" + long_text + R"(","b":1})"));
    const std::vector<jsonrpc::member> members = jsonrpc::members_of(source.view());
    spliced_object out(source);
    out.open("_meta");
    out.add(members[0].text());
    out.close();
    out.add(members[1].text());
    EXPECT_EQ(shown(out.finish()), R"({"_meta":{<306>},"b":1})");
}

TEST(SplicedObject, HasAPlaceForTheProgressToken) {
    spliced_object out;
    const std::string member = R"("_meta":{"progressToken": 7 ,"v":1})";
    out.add("a", "1");
    out.add_around(member, std::string_view(member).substr(member.find('7'), 1));
    out.add("b", "2");
    EXPECT_EQ(shown(out.finish()), R"({"a":1,"_meta":{"progressToken": # ,"v":1},"b":2})");
}

TEST(SplicedObject, IsOnOneLine) {
    spliced_object out;
    out.add("\"a\":\r\n1");
    out.open("b");
    out.close();
    EXPECT_EQ(shown(out.finish()), "{\"a\":  1,\"b\":{}}");
}

TEST(SplicedObject, SharesAnswers) {
    const core::shared_text answer(std::string(R"({"action":"accept"})"));
    spliced_object out;
    out.open("inputResponses");
    out.add(R"("k")", answer);
    out.add(R"("l")", answer);
    out.close();
    const child::spliced_params made = out.finish();
    EXPECT_EQ(shown(made), R"({"inputResponses":{"k":<19>,"l":<19>}})");
    EXPECT_EQ(answer.text().use_count(), 3);
}

}  // namespace
}  // namespace bridge::era
