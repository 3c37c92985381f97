// Promise: with --state-dir the bridge knows after a restart what the server had said of itself, and notices that the server is another one since.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/modern_client.hpp"

namespace e2e {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// One command line whose server is what a file says at the moment, and a folder for what bridges remember of it.
class remembered_server : public testing::Test {
protected:
    void let_server_be(const std::string& flags) const { folder_.file("flags", flags + " --record " + folder_.path("record")); }

    bridge_options options(std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--state-dir", state()});
        return {.arguments = std::move(more), .server = {"/bin/sh", "-c", "exec " + fixture_binary() + " $(cat '" + folder_.path("flags") + "')"}};
    }

    std::string state() const { return folder_.path("state"); }
    std::vector<std::string> files() const {
        std::vector<std::string> out;
        for (const auto& each : std::filesystem::directory_iterator(state())) {
            if (each.path().extension() == ".json") out.push_back(each.path());
        }
        return out;
    }
    std::string remembered() const {
        std::ifstream in(files().at(0));
        return {std::istreambuf_iterator<char>(in), {}};
    }

    /// The methods of all requests since the last call.
    std::vector<std::string> methods() const {
        std::vector<std::string> out;
        for (const std::string& line : lines_of(folder_.path("record"))) out.push_back(unquoted(member(line, "method")));
        std::filesystem::resize_file(folder_.path("record"), 0);
        return out;
    }

    static void use(const bridge_process& bridge) {
        mcp_session session(bridge.port());
        session.open();
        EXPECT_EQ(session.call("slow", R"({"ms":0})").text(), "slept");
    }

    static mcp_answer discover(const bridge_process& bridge) {
        const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{)"
                                 R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"e2e",)"
                                 R"("version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}})";
        http_client connection = bridge.connect();
        connection.send_request("POST", "/mcp",
                                {{"Content-Type", "application/json"},
                                 {"Accept", "application/json, text/event-stream"},
                                 {"MCP-Protocol-Version", "2026-07-28"},
                                 {"Mcp-Method", "server/discover"}},
                                body);
        return read_answer(connection, "1");
    }

    temp_folder folder_;
};

TEST_F(remembered_server, is_opened_in_its_era_at_once) {
    let_server_be("--era modern");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    EXPECT_THAT(methods(), Contains("initialize"));
    EXPECT_THAT(remembered(), HasSubstr(R"("era":"modern")"));
    EXPECT_EQ(std::filesystem::status(files().at(0)).permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    bridge_process bridge(options());
    use(bridge);
    EXPECT_THAT(methods(), Not(Contains("initialize")));
}

TEST_F(remembered_server, is_discovered_before_it_has_started) {
    let_server_be("--name remembered");
    // Killed before it can end in good order: the file is written while it runs.
    bridge_process first(options());
    use(first);
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(state()) && !files().empty(); }));
    first.signal(SIGKILL);
    first.wait();
    let_server_be("--name remembered --start-delay 20000");
    const bridge_process second(options());
    const mcp_answer found = discover(second);
    EXPECT_EQ(found.http.status, 200) << found.message;
    EXPECT_THAT(found.at("result/_meta"), HasSubstr("remembered"));
}

TEST_F(remembered_server, of_the_modern_era_is_discovered_in_its_own_words) {
    let_server_be("--era modern --name remembered");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    const std::string whole = remembered();
    let_server_be("--era modern --start-delay 20000");
    {
        bridge_process second(options());
        const mcp_answer found = discover(second);
        EXPECT_EQ(found.http.status, 200) << found.message;
        EXPECT_EQ(found.at("result/instructions"), R"("be \u006dodern")");
        EXPECT_EQ(found.at("result/new"), "[ 1.0 ]");
        EXPECT_EQ(found.at("result/ttlMs"), "60000");
        EXPECT_THAT(found.at("result/_meta"), HasSubstr("remembered"));
        second.signal(SIGKILL);
        second.wait();
    }
    // A bridge of an earlier version kept less.
    const std::size_t cut = whole.find(R"(,"discover":)");
    ASSERT_NE(cut, std::string::npos);
    std::ofstream(files().at(0)) << whole.substr(0, cut) << "}\n";
    const bridge_process third(options());
    const mcp_answer found = discover(third);
    EXPECT_EQ(found.http.status, 200) << found.message;
    EXPECT_THAT(found.at("result/_meta"), HasSubstr("remembered"));
    EXPECT_EQ(found.at("result/new"), "");
}

TEST_F(remembered_server, may_have_changed_its_era_meanwhile) {
    let_server_be("--era modern");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    for (const std::string reaction :
         {"--on-discover error", "--on-discover exit", "--on-discover silence", "--fault unknown_id --fault-at server/discover"}) {
        methods();
        let_server_be(reaction);
        bridge_process bridge(options({"--start-timeout", "2", "--stop-grace", "0.1"}));
        use(bridge);
        EXPECT_THAT(methods(), Contains("server/discover")) << reaction;
        EXPECT_EQ(bridge.stop(), clean_exit);
        EXPECT_THAT(remembered(), HasSubstr(R"("era":"legacy")"));
        // With an error that names the era, with one that does not, or without an answer.
        std::string modern = "--era modern";
        if (reaction.ends_with("error")) modern += " --initialize-error -32602";
        if (reaction.ends_with("exit")) modern += " --crash-on initialize";
        let_server_be(modern);
        bridge_process again(options());
        use(again);
        EXPECT_EQ(again.stop(), clean_exit);
        EXPECT_THAT(remembered(), HasSubstr(R"("era":"modern")"));
    }
}

TEST_F(remembered_server, is_forgotten_with_a_warning_if_the_file_is_damaged) {
    let_server_be("--era modern");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    const std::string whole = remembered();
    for (const std::string& damaged : {std::string(), whole.substr(0, whole.size() / 2), std::string("null"), std::string(300'000, ' ')}) {
        std::ofstream(files().at(0)) << damaged;
        bridge_process bridge(options());
        EXPECT_TRUE(bridge.logs("is damaged"));
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
        EXPECT_EQ(remembered(), whole);
    }
}

// Opening it waited for a writer, after the bridge had said that it listens.
TEST_F(remembered_server, is_forgotten_if_a_pipe_is_in_the_place_of_the_file) {
    let_server_be("--era modern");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    const std::string file = files().at(0);
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    bridge_process bridge(options());
    EXPECT_TRUE(bridge.logs("is damaged"));
    use(bridge);
}

TEST_F(remembered_server, is_none_for_another_command_and_without_the_option) {
    let_server_be("--era modern");
    {
        bridge_process bridge(options());
        use(bridge);
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    bridge_options other = options();
    other.server.back() += " ";
    {
        bridge_process bridge(other);
        methods();
        use(bridge);
        EXPECT_THAT(methods(), Contains("initialize"));
        EXPECT_EQ(bridge.stop(), clean_exit);
    }
    EXPECT_EQ(files().size(), 2U);
    bridge_options without = options();
    without.arguments.clear();
    without.folder = folder_.path("");
    methods();
    bridge_process bridge(without);
    use(bridge);
    EXPECT_THAT(methods(), Contains("initialize"));
    EXPECT_EQ(files().size(), 2U);
}

TEST_F(remembered_server, is_not_needed_where_nothing_can_be_written) {
    let_server_be("");
    bridge_options wrong = options();
    wrong.arguments = {"--state-dir", folder_.path("none/state")};
    bridge_process bridge(wrong);
    EXPECT_TRUE(bridge.logs("--state-dir"));
    use(bridge);
    EXPECT_EQ(bridge.stop(), clean_exit);
}

}  // namespace
}  // namespace e2e
