#include "bridge/session/older_content.hpp"

#include <gtest/gtest.h>

namespace bridge::session {
namespace {

using mcp::request_kind;
using mcp::revision;

const std::string link = R"({"type":"resource_link","uri":"file:///a","name":"a","title":"The \"A\"","description":"first","mimeType":"text/x",)"
                         R"("size":5,"annotations":{"priority":1.0},"icons":[]})";
const std::string link_as_text = R"({"type":"text","text":"The \"A\": file:///a\ntext/x\nfirst","annotations":{"priority":1.0}})";
const std::string audio = R"({"type":"audio","data":"AAAA","mimeType":"audio/wav"})";
const std::string audio_as_resource = R"({"type":"resource","resource":{"uri":"urn:mcp-bridge:audio","mimeType":"audio/wav","blob":"AAAA"}})";
const std::string plain = R"({"type":"text","text":"audio and a resource_link"})";

/// The result of a tool with this raw content, for a client of `spoken`; "same" if nothing changes.
std::string called(const std::string& content, revision spoken) {
    const std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"a":1.0,"content":)" + content + R"(,"isError":false}})";
    const auto read = jsonrpc::read_envelope(text, 64);
    return older_result(std::get<jsonrpc::envelope>(read), request_kind::tools_call, spoken).value_or("same");
}

std::string result_with(const std::string& content) {
    return R"({"a":1.0,"content":)" + content + R"(,"isError":false})";
}

TEST(OlderContent, IsMadeOfLinksBefore20250618) {
    const std::string content = '[' + plain + " , " + link + ',' + plain + ']';
    const std::string expected = result_with('[' + plain + " , " + link_as_text + ',' + plain + ']');
    EXPECT_EQ(called(content, revision::r2024_11_05), expected);
    EXPECT_EQ(called(content, revision::r2025_03_26), expected);
    EXPECT_EQ(called(R"([{"type":"resource_link","uri":"x:y","name":"n"}])", revision::r2025_03_26),
              result_with(R"([{"type":"text","text":"n: x:y"}])"));
}

TEST(OlderContent, IsMadeOfAudioBefore20250326) {
    EXPECT_EQ(called('[' + audio + ',' + link + ']', revision::r2024_11_05), result_with('[' + audio_as_resource + ',' + link_as_text + ']'));
    EXPECT_EQ(called('[' + audio + ']', revision::r2025_03_26), "same");
    EXPECT_EQ(called(R"([{"type":"audio","mimeType":"audio/wav"}])", revision::r2024_11_05), "same") << "that is no content of any revision";
}

TEST(OlderContent, IsAllThatOtherContentIs) {
    for (const std::string& each : {'[' + plain + ']', std::string("[]"), std::string(R"({"type":"resource_link"})"), std::string(R"(["audio"])")}) {
        EXPECT_EQ(called(each, revision::r2024_11_05), "same") << each;
    }
}

TEST(OlderContent, IsMadeOfPromptsToo) {
    const std::string text =
        R"({"jsonrpc":"2.0","id":1,"result":{"messages":[{"role":"user","content":)" + link + R"(},{"role":"user","content":)" + audio + "}]}}";
    const auto read = jsonrpc::read_envelope(text, 64);
    EXPECT_EQ(older_result(std::get<jsonrpc::envelope>(read), request_kind::prompts_get, revision::r2024_11_05),
              R"({"messages":[{"role":"user","content":)" + link_as_text + R"(},{"role":"user","content":)" + audio_as_resource + "}]}");
}

TEST(OlderContent, IsNeededByOlderClientsOnly) {
    EXPECT_TRUE(may_have_newer_content(request_kind::tools_call, revision::r2025_03_26));
    EXPECT_TRUE(may_have_newer_content(request_kind::prompts_get, revision::r2024_11_05));
    EXPECT_FALSE(may_have_newer_content(request_kind::tools_call, revision::r2025_06_18));
    EXPECT_FALSE(may_have_newer_content(request_kind::tools_list, revision::r2024_11_05));
}

}  // namespace
}  // namespace bridge::session
