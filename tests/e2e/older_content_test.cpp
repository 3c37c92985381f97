// Promise: a client of an older revision can read the results of every server, although newer revisions have content that its own does not have.
#include <gmock/gmock.h>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

constexpr const char* link_and_audio = R"({"result":{"content":[{"type":"resource_link","uri":"file:///a","name":"a","description":"first"},)"
                                       R"({"type":"audio","data":"AAAA","mimeType":"audio/wav"}],"x":1.0}})";
constexpr const char* text_for_link = R"({"type":"text","text":"a: file:///a\nfirst"})";
constexpr const char* the_audio = R"({"type":"audio","data":"AAAA","mimeType":"audio/wav"})";
constexpr const char* the_resource = R"({"type":"resource","resource":{"uri":"urn:mcp-bridge:audio","mimeType":"audio/wav","blob":"AAAA"}})";

class older_content : public in_both_isolations {};
IN_ALL_ISOLATIONS(older_content);

TEST_P(older_content, replaces_what_the_client_cannot_read) {
    for (const char* era : {"legacy", "modern"}) {
        hosting wanted = how({}, {"--era", era});
        wanted.works = false;
        hosted_fixture host(wanted);
        const auto content = [&host](const char* version) {
            return host.client({.version = version}).open().call("raw_result", link_and_audio).at("result/content");
        };
        EXPECT_EQ(content("2024-11-05"), std::string("[") + text_for_link + "," + the_resource + "]") << era;
        EXPECT_EQ(content("2025-03-26"), std::string("[") + text_for_link + "," + the_audio + "]") << era;
        for (const char* newer : {"2025-06-18", "2025-11-25"}) EXPECT_THAT(content(newer), testing::HasSubstr("resource_link")) << era;
    }
}

TEST_P(older_content, is_made_of_large_results_too) {
    hosted_fixture host(how());
    mcp_session session = host.client({.version = "2024-11-05"}).open();
    const std::string large(300'000, 'A');
    const std::string answer = R"({"result":{"content":[{"type":"audio","mimeType":"audio/wav","data":")" + large + R"("}]}})";
    EXPECT_EQ(session.call("raw_result", answer).at("result/content"),
              R"([{"type":"resource","resource":{"uri":"urn:mcp-bridge:audio","mimeType":"audio/wav","blob":")" + large + R"("}}])");
}

}  // namespace
}  // namespace e2e
