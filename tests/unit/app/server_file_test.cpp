#include "bridge/app/server_file.hpp"

#include "tests/unit/app/test_files.hpp"

namespace bridge::app {
namespace {

const test_files here({{"TOKEN", "very-secret"}}, "/work");

TEST(server_file, reads_a_server_and_options) {
    const server_file out = here.read_well(R"({
        // what other programs write
        "mcpServers": { "time": { "type": "stdio", "command": "uvx", "args": ["a b", "--token=${TOKEN}"],
                                  "env": { "B": "${TOKEN}", "N": 5, "T": true }, "cwd": "here" } },
        /* and ours */
        "options": { "isolation": "shared", "env": ["A", "B=1,2"], "request-timeout": 0.5, "allow-anonymous": true },
        "limits": { "max-batch": 200, "max-held-size": "2MiB" } })");
    EXPECT_EQ(out.name, "time");
    EXPECT_EQ(out.command, "uvx");
    EXPECT_EQ(out.arguments, (strings{"a b", "--token=very-secret"}));
    EXPECT_EQ(out.environment, (strings{"B=very-secret", "N=5", "T=true"}));
    EXPECT_EQ(out.directory, "here");
    EXPECT_EQ(out.secrets, (strings{"very-secret"}));
    ASSERT_EQ(out.settings.size(), 4U);
    EXPECT_EQ(out.settings[0].name, "isolation");
    EXPECT_EQ(out.settings[0].values, (strings{"shared"}));
    EXPECT_TRUE(out.settings[1].is_list);
    EXPECT_EQ(out.settings[1].values, (strings{"A", "B=1,2"}));
    EXPECT_EQ(out.settings[2].values, (strings{"0.5"}));
    EXPECT_EQ(out.settings[3].values, (strings{"true"}));
    ASSERT_EQ(out.limits.size(), 2U);
    EXPECT_EQ(out.limits[0].name, "max-batch");
    EXPECT_EQ(out.limits[0].values, (strings{"200"}));
    EXPECT_EQ(out.limits[1].values, (strings{"2MiB"}));
    EXPECT_TRUE(out.ignored.empty());
}

TEST(server_file, takes_the_name_that_vs_code_uses) {
    EXPECT_EQ(here.read_well(R"({"servers":{"x":{"command":"c"}}})").name, "x");
}

TEST(server_file, reads_a_file_from_windows) {
    EXPECT_EQ(here.read_well("\xEF\xBB\xBF{\r\n\"mcpServers\":{\"x\":{\"command\":\"c\"}}}\r\n").command, "c");
}

TEST(server_file, chooses_among_several_servers) {
    constexpr auto two = R"({"mcpServers":{"one":{"command":"1"},"two":{"command":"2","disabled":true}}})";
    EXPECT_EQ(here.read_well(two, "two").command, "2");
    EXPECT_NE(here.mistake_in(two).find("one, two"), std::string::npos);
    EXPECT_NE(here.mistake_in(two).find("--server"), std::string::npos);
    EXPECT_NE(here.mistake_in(two, "three").find("no server 'three', only: one, two"), std::string::npos);
}

TEST(server_file, looks_only_at_the_server_it_hosts) {
    const server_file out =
        here.read_well(R"({"mcpServers":{"one":{"command":"1"},"two":{"url":"http://a.example","env":{"A":"${NOT_SET}"}}}})", "one");
    EXPECT_EQ(out.command, "1");
}

TEST(server_file, tells_of_what_it_ignores) {
    const server_file out =
        here.read_well(R"({"$schema":"s","inputs":[],"mcpServers":{"x":{"command":"c","disabled":true,"autoApprove":["a"],"Args":[]}}})");
    EXPECT_EQ(out.ignored, (strings{"inputs", "mcpServers.x.disabled", "mcpServers.x.autoApprove", "mcpServers.x.Args"}));
}

TEST(server_file, names_the_place_of_a_mistake) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {"", "1: column 1: not JSON"},
        {"[]", "1: column 1: not a JSON object"},
        {"{\n  \"mcpServers\": {\n    \"x\": { command: 1 }}}", "3: column 12: not JSON"},
        {R"({"mcpServers":{"x":{"command":"c",,}}})", "1: column 35: not JSON"},
        {"{\n  \"x\": 1e999}", "2: column 8: a number that is too large"},
        {R"({"options":{}})", "0: mcpServers: is missing"},
        {R"({"mcpServers":{}})", "mcpServers: "},
        {R"({"mcpServers":[]})", "mcpServers: "},
        {R"({"mcpServers":{"x":{"command":"c"}},"servers":{}})", "servers: "},
        {R"({"mcpServers":{"x":1}})", "mcpServers.x: "},
        {R"({"mcpServers":{"x":{}}})", "mcpServers.x.command: "},
        {R"({"mcpServers":{"x":{"command":["c"]}}})", "mcpServers.x.command: must be a string"},
        {R"({"mcpServers":{"x":{"command":"a\u0000b"}}})", "mcpServers.x.command: contains a NUL"},
        {R"({"mcpServers":{"x":{"type":"http","url":"http://a.example"}}})", "mcpServers.x.url: "},
        {R"({"mcpServers":{"x":{"type":"sse","command":"c"}}})", "mcpServers.x.type: "},
        {R"({"mcpServers":{"x":{"command":"c","args":"a"}}})", "mcpServers.x.args: must be an array"},
        {R"({"mcpServers":{"x":{"command":"c","args":["a",2]}}})", "mcpServers.x.args[1]: must be a string"},
        {R"({"mcpServers":{"x":{"command":"c","args":["a","b","${NO}"]}}})", "mcpServers.x.args[2]: the environment variable NO is not set"},
        {R"({"mcpServers":{"x":{"command":"c","env":["A"]}}})", "mcpServers.x.env: "},
        {R"({"mcpServers":{"x":{"command":"c","env":{"A=B":"1"}}}})", "mcpServers.x.env.A=B: "},
        {R"({"mcpServers":{"x":{"command":"c","env":{"A":[]}}}})", "mcpServers.x.env.A: "},
        {R"({"mcpServers":{"x":{"command":"c"}},"options":[]})", "options: "},
        {R"({"mcpServers":{"x":{"command":"c"}},"options":{"a":{}}})", "options.a: "},
        {R"({"mcpServers":{"x":{"command":"c"}},"options":{"key":["a=${NO}"]}})", "options.key[0]: "},
        {"{\n\"mcpServers\":{\n\"x\":{\"command\":\"c\",\n\"command\":\"d\"}}}", "4: mcpServers.x.command: occurs twice"},
        {"{\"mcpServers\":{\"x\":{\"command\":\"c\",\"args\":[\n\"a\",\n2]}}}", "3: mcpServers.x.args[1]: must be a string"},
        {R"({"mcpServers":{"x":{"command":"c"}},"options":{"limits":{}}})", "1: options.limits: is in the wrong place"},
        {R"({"mcpServers":{"x":{"command":"c"}},"limits":{"a":[1]}})", "1: limits.a: takes one value, not an array"},
        {R"({"mcpServers":{"x":{"command":"c"}},"limits":5})", "1: limits: must be an object"},
        {"{\"mcpServers\":{\"x\":{\"command\":\"c\"}},\n\"limits\":{\"a\":{}}}", "2: limits.a: "},
    };
    for (const auto& [text, says] : mistakes) EXPECT_NE(here.mistake_in(text).find(says), std::string::npos) << text << ": " << here.mistake_in(text);
}

TEST(server_file, quotes_no_value_in_a_mistake) {
    EXPECT_EQ(here.mistake_in(R"({"mcpServers":{"x":{"command":"c","env":{"A":"open-sesame" 1}}}})").find("sesame"), std::string::npos);
    EXPECT_EQ(here.mistake_in("{\"a\":\"open-sesame\n\"}").find("sesame"), std::string::npos);
    EXPECT_EQ(here.mistake_in(R"({"a": open-sesame})").find("sesame"), std::string::npos);
    EXPECT_EQ(here.mistake_in(R"({"mcpServers":{"x":{"command":"${TOKEN}","args":["${NO}"]}}})").find("very-secret"), std::string::npos);
}

TEST(server_file, survives_any_depth) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "{\"a\":[";
    EXPECT_NE(here.mistake_in(text).find("not JSON"), std::string::npos);
}

}  // namespace
}  // namespace bridge::app
