#include "bridge/child/outbox.hpp"

#include <gtest/gtest.h>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

std::string contents(outbox& source, std::size_t begin = 0) {
    std::string out;
    for (const auto& each : source.buffers(begin)) out.append(static_cast<const char*>(each.data()), each.size());
    return out;
}

TEST(Outbox, KeepsTheOrderOfSmallAndLargeTexts) {
    outbox out;
    EXPECT_TRUE(out.empty());
    out.text() += "one ";
    const core::shared_text owner(std::string("a text that is large"));
    out.add(owner.with_part(owner.view().substr(2, 5)));
    out.text() += "two ";
    out.text() += "three ";
    out.add(owner.with_part(owner.view().substr(7)));
    out.text() += "four";
    const std::string all = "one text two three that is largefour";
    EXPECT_EQ(out.size(), all.size());
    for (std::size_t begin = 0; begin <= all.size(); ++begin) EXPECT_EQ(contents(out, begin), all.substr(begin));
    out.clear();
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(owner.text().use_count(), 1);
}

TEST(Outbox, MayGrowWhileItsAccountHasMemory) {
    outbox out;
    EXPECT_TRUE(out.may_grow()) << "nobody pays for it";
    constexpr std::size_t MiB = 1024 * 1024;
    core::memory_budget budget(16 * MiB);
    out.pay_from(budget.account_of("alice"));
    EXPECT_TRUE(out.may_grow());
    core::memory_charge others(budget.common(), core::memory_use::request_body);
    others.set(12 * MiB);
    EXPECT_FALSE(out.may_grow()) << "the rest is the reserve";
    others.set(0);
    while (out.size() < 8 * MiB) {
        out.text() += std::string(60'000, 'x');
        out.pay();
    }
    EXPECT_FALSE(out.may_grow()) << "half of the budget is for others";
    EXPECT_LE(budget.used(), 2 * out.size()) << "a text that doubles itself would have more";
    EXPECT_EQ(contents(out), std::string(out.size(), 'x'));
}

// A large request that is sent from where it is becomes the line that a copy would be.
TEST(Outbox, SplicesAsACopyWouldBe) {
    for (const std::string source :
         {R"({"x":1,"id":"c","method":"tools/call","params":{"a":1e400,"_meta":{"progressToken":"t","v":1.0},"b":"\ud800"},"jsonrpc":"2.0"})",
          R"({"params":{"_meta":{"progressToken":123456789012}},"method":"a/method/source/some/length","jsonrpc":"2.0","id":1})",
          R"( { "jsonrpc" : "2.0" , "id" : 1 , "method" : "m" , "params" : { } , "more" : [1] } )"}) {
        for (const std::string minted : {"7", "1234567890123"}) {
            std::string text = source;
            const auto message = std::get<jsonrpc::envelope>(jsonrpc::read_envelope(text, 64));
            std::string copied;
            jsonrpc::append_call(copied, message, minted, minted);
            outbox out;
            jsonrpc::append_call_head(out.text(), message, minted);
            std::vector<jsonrpc::edit> edits;
            if (!message.meta_progress_token.empty()) edits.push_back({.target = message.meta_progress_token, .replacement = minted});
            out.add_edited(std::move(text), message.params, edits);
            out.text() += jsonrpc::answer_tail;
            EXPECT_EQ(contents(out), copied);
        }
    }
}

}  // namespace
}  // namespace bridge::child
