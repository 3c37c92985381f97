// Promise: over a whole run, whatever clients send and servers do, no key, no value that the server was given, and no session id
// stands in the log, in an answer to somebody else, on a page, or in what other users of the machine can see of the processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/sse_session.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;

constexpr const char* alices = "alice/key+one-0123456789==";
constexpr const char* bobs = "bobs-key-of-the-file-9876543210";
constexpr const char* of_states = "secret-of-the-states-of-servers-0246813579";
constexpr const char* given = "given-value-abcdefghij";
constexpr const char* passed_on = "passed-on-value-klmnopqrst";
constexpr const char* in_quotes = R"(quoted-"value"-uvwxyz)";
constexpr const char* pem = "-----BEGIN SECRET-----\nfirst-line-of-it-4711\nsecond-line-of-it-4712\n-----END SECRET-----";

const std::vector<std::string>& secrets() {
    static const std::vector<std::string> all = {
        alices, bobs, of_states, given, passed_on, in_quotes, R"(quoted-\"value\"-uvwxyz)", "first-line-of-it-4711", "second-line-of-it-4712"};
    return all;
}

const std::vector<std::string> wrong_keys = {"wrong-key-in-a-header-1", "wrong-key-as-a-bearer-2",  "wrong-key-in-the-query-3",
                                             "wrong-key-of-an-api-4",   "wrong-key-as-a-token-5",   "wrong-key-without-scheme-6",
                                             "wrong-key-in-basic-7",    "wrong-key-with-its-name-8"};

/// Neither the whole nor one half of it stands in `text`.
void expect_without(const std::string& secret, const std::string& text, const std::string& source) {
    const std::size_t half = secret.size() / 2;
    for (const std::string& part : {secret.substr(0, half), secret.substr(half)}) {
        const std::size_t at = text.find(part);
        EXPECT_EQ(at, std::string::npos) << source << " has '" << part << "': " << text.substr(at < 80 ? 0 : at - 80, 200);
    }
}

std::string name_of_process(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::map<std::string, std::string> variables(const std::string& environment) {
    std::map<std::string, std::string> out;
    for (std::size_t at = 0; at < environment.size();) {
        const std::string one = environment.c_str() + at;
        at += one.size() + 1;
        out.emplace(one.substr(0, one.find('=')), one.substr(one.find('=') + 1));
    }
    return out;
}

/// What a child may have of the test's own environment.
std::map<std::string, std::string> safe_part_of_own() {
    constexpr std::array names = {"HOME", "LANG", "LANGUAGE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER", "TEMP"};
    std::map<std::string, std::string> out;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string name = std::string(*each).substr(0, std::string(*each).find('='));
        if (name.starts_with("LC_") || std::ranges::find(names, name) != names.end()) out.emplace(name, *each + name.size() + 1);
    }
    return out;
}

struct scan_case {
    const char* isolation;
    const char* format;
};

class secrets_scan : public testing::TestWithParam<scan_case> {
protected:
    /// The keys by --key or the environment, and by a file; values for the server in every form.
    hosting guarded(std::vector<std::string> more = {}) {
        hosting out{.isolation = GetParam().isolation};
        out.arguments = {"--keys-file",
                         keys_.file("keys", std::string("bob=") + bobs + "\n"),
                         "--log-level",
                         "trace",
                         "--log-format",
                         GetParam().format,
                         "--env",
                         std::string("GIVEN=") + given,
                         "--env",
                         "PASSED_ON",
                         std::string("--env=QUOTED=") + in_quotes,
                         "--env",
                         std::string("PEM=") + pem,
                         "--metrics-listen",
                         "0",
                         "--max-body-size",
                         "64KiB",
                         "--limit",
                         "max-stderr-line=1KiB",
                         "--limit",
                         "restart-delay=0.001",
                         "--limit",
                         "max-restart-delay=0.001"};
        out.environment = {std::string("PASSED_ON=") + passed_on, "NOT_NAMED=not-for-the-server"};
        if (by_environment()) {
            out.environment.push_back(std::string("MCP_BRIDGE_KEYS=alice=") + alices);
            out.environment.push_back(std::string("MCP_BRIDGE_STATE_KEY=") + of_states);
        } else {
            out.arguments.insert(out.arguments.end(), {"--key", std::string("alice=") + alices, "--state-key", of_states});
        }
        out.arguments.insert(out.arguments.end(), more.begin(), more.end());
        out.headers = {{"x-functions-key", alices}};
        return out;
    }
    static bool by_environment() { return std::string_view(GetParam().format) == "json"; }

    /// Keeps an answer for the scan.
    const http_response& note(const http_response& answer) {
        ++noted_;
        for (const auto& [name, value] : answer.headers) {
            if (name != "mcp-session-id") seen_ += name + ": " + value + "\n";
        }
        seen_ += answer.body + "\n";
        return answer;
    }
    const mcp_answer& note(const mcp_answer& answer) {
        note(answer.http);
        seen_ += answer.message + "\n";
        for (const std::string& each : answer.earlier) seen_ += each + "\n";
        return answer;
    }

    void ask_with_every_key(const hosted_fixture& host);
    void send_every_refusal(const hosted_fixture& host, const mcp_session& session);
    void make_the_server_talk(mcp_session& session);
    void use_http_sse(const hosted_fixture& host);
    void look_at_processes(hosted_fixture& host, mcp_session& session);
    void look_at_pages(const hosted_fixture& host) {
        note(http_client(host.metrics_port()).get("/metrics"));
        note(http_client(host.metrics_port()).get("/readyz"));
        for (const char* page : {"/", "/healthz", "/readyz", "/metrics"}) note(host.connect().get(page));
        for (const std::string& page : {std::string("/"), std::string("/mcp?code=") + alices}) {
            note(host.connect().get(page, {{"Accept", "text/html"}, {"x-api-key", alices}, {"x-auth-token", bobs}}));
        }
    }
    void expect_hidden(const std::string& text, const std::string& source) const {
        for (const std::string& secret : secrets()) expect_without(secret, text, source);
        for (const std::string& key : wrong_keys) expect_without(key, text, source);
        for (const std::string& id : ids_) expect_without(id, text, source);
    }

    temp_folder keys_;
    std::vector<std::string> ids_;
    std::string seen_;
    int noted_ = 0;
};
INSTANTIATE_TEST_SUITE_P(run, secrets_scan,
                         testing::Values(scan_case{"session", "text"}, scan_case{"session", "json"}, scan_case{"shared", "text"},
                                         scan_case{"shared", "json"}, scan_case{"request", "text"}, scan_case{"request", "json"}),
                         [](const auto& instance) { return std::string(instance.param.isolation) + "_" + instance.param.format; });

const http_headers as_json = {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};

http_headers plus(http_headers headers, const std::string& name, const std::string& value) {
    headers.erase(name);
    headers.emplace(name, value);
    return headers;
}

void secrets_scan::ask_with_every_key(const hosted_fixture& host) {
    const std::string body = request_text("1", "initialize", R"({"protocolVersion":"2025-11-25","capabilities":{}})");
    const auto open = [&](const http_headers& headers, const std::string& query, int status) {
        const http_response answer = note(host.connect().post("/mcp" + query, headers, body));
        EXPECT_EQ(answer.status, status);
        if (status == 200) ids_.push_back(answer.header("mcp-session-id"));
    };
    open(plus(as_json, "x-functions-key", bobs), "", 200);
    open(plus(as_json, "Authorization", std::string("Bearer ") + bobs), "", 200);
    open(as_json, std::string("?code=") + bobs, 200);
    open(plus(as_json, "x-functions-key", wrong_keys[0]), "", 401);
    open(plus(as_json, "Authorization", "Bearer " + wrong_keys[1]), "", 401);
    open(as_json, "?code=" + wrong_keys[2], 401);
    open(plus(as_json, "x-api-key", bobs), "", 200);
    open(plus(as_json, "x-auth-token", bobs), "", 200);
    open(plus(as_json, "x-api-key", wrong_keys[3]), "", 401);
    open(plus(as_json, "x-auth-token", wrong_keys[4]), "", 401);
    open(plus(as_json, "Authorization", wrong_keys[5]), "", 401);
    open(plus(as_json, "Authorization", "Basic " + wrong_keys[6]), "", 401);
    open(plus(as_json, "Authorization", "alice=" + wrong_keys[7]), "", 401);
    open(as_json, "", 401);
}

// What is sent has a key or a session id where it could be repeated.
void secrets_scan::send_every_refusal(const hosted_fixture& host, const mcp_session& session) {
    const std::string key = alices;
    const http_headers own = session.headers();
    const std::string call = call_text("1", "echo");
    const auto post = [&](const http_headers& headers, const std::string& body, const std::string& target = "/mcp") {
        return note(host.connect().post(target, headers, body)).status;
    };
    EXPECT_EQ(post(own, R"({"key":")" + key), 400);
    EXPECT_EQ(post(own, R"({"jsonrpc":"2.0","id":1,"method":5,")" + key + R"(":1})"), 400);
    EXPECT_EQ(post(own, key), 400);
    EXPECT_EQ(post(own, "[" + call + R"(,{"key":")" + key + R"("}])"), 400);
    EXPECT_EQ(post(own, std::string(100'000, 'x') + key), 413);
    EXPECT_EQ(post(plus(own, "X-Much", key + std::string(40'000, 'x')), call), 431);
    EXPECT_EQ(post(plus(own, "Origin", "https://" + key + ".example"), call), 403);
    EXPECT_EQ(post(plus(own, "Host", key), call), 400);  // beside the client's own Host
    EXPECT_EQ(post(own, call, "/" + key), 404);
    EXPECT_EQ(post(own, call, "/mcp/" + session.id() + "?code=" + key), 404);
    EXPECT_EQ(post(plus(own, "Accept", key), call), 406);
    EXPECT_EQ(post(plus(own, "Content-Type", key), call), 415);
    EXPECT_EQ(post(plus(own, "Content-Encoding", key), call), 415);
    EXPECT_EQ(post(plus(own, "MCP-Protocol-Version", key), call), 400);
    EXPECT_EQ(post(plus(own, "Mcp-Session-Id", key), call), 404);
    EXPECT_EQ(post(plus(own, "x-functions-key", bobs), call), 404) << "another's session";
    EXPECT_EQ(note(host.connect().request("PUT", "/mcp?code=" + key, own)).status, 405);
    EXPECT_EQ(note(host.connect().get("/mcp", plus(plus(own, "Accept", "text/event-stream"), "Last-Event-ID", key))).status, 400);
    // A client's own revision is told in the log, if it is one.
    mcp_session odd(host.port(), {.version = key, .headers = {{"x-functions-key", key}}});
    odd.initialize();
    if (!odd.id().empty()) ids_.push_back(odd.id());
    http_client malformed = host.connect();
    malformed.send_raw("GET /mcp?code=" + key + " HTTP/9.9\r\nx-functions-key: " + key + "\r\n\r\n");
    EXPECT_EQ(malformed.read_head().status, 400);
    seen_ += malformed.read_body();
}

void secrets_scan::make_the_server_talk(mcp_session& session) {
    for (const std::string& secret : secrets()) {
        const auto said = [&](const std::string& prefix) { return R"({"text":)" + json_string(prefix + secret) + R"(,"then_answer":true})"; };
        EXPECT_EQ(note(session.call("stderr", said("on stderr: "))).text(), "written");
        // Cut where the secret stands.
        EXPECT_EQ(note(session.call("stderr", said(std::string(1010, '.')))).text(), "written");
        EXPECT_EQ(note(session.call("line", said("on stdout: "))).text(), "right");
        const std::string words = R"({"stderr":)" + json_string("last words: " + secret) + "}";
        EXPECT_THAT(error_text(note(session.call("crash", words)).message), HasSubstr("***"));
    }
    note(session.call("stderr", R"({"text":)" + json_string(pem) + "}"));
    note(session.call("log", R"({"count":2})"));
    note(session.call("raw_error", R"({"error":{"code":-5,"message":"no"}})"));
    note(session.call("line", R"({"text":"{\"jsonrpc\":\"2.0\",\"id\":\")" + std::string(bobs) + R"(\",\"result\":{}}","then_answer":true})"));
    note(session.request("foo/bar"));
}

void secrets_scan::use_http_sse(const hosted_fixture& host) {
    sse_session client(host.port(), {.target = std::string("/sse?code=") + bobs});
    client.open();
    ids_.push_back(client.id());
    note(client.call("echo"));
    note(client.post("{"));
    note(client.post(R"({"key":")" + std::string(bobs)));
    note(host.connect().post("/messages?sessionId=" + client.id(), as_json, call_text("1", "echo")));
    note(host.connect().post("/messages?sessionId=" + client.id(), plus(as_json, "x-functions-key", alices), call_text("1", "echo")));
    note(host.connect().get("/sse?code=" + wrong_keys[2], {{"Accept", "text/event-stream"}}));
    client.drop();
    client.come_back_as_new();
    ids_.push_back(client.id());
    note(client.call("echo"));
}

// What everybody on the machine can see, and that the server has its values and nothing else.
void secrets_scan::look_at_processes(hosted_fixture& host, mcp_session& session) {
    const http_client call = session.begin_call("slow", R"({"ms":600000,"who":"looked at"})");
    ASSERT_TRUE(host.receives("looked at"));
    const pid_t child = host.last_child();
    const pid_t watchdog = await_watchdog_of(host.bridge().pid());
    ASSERT_TRUE(child > 1 && watchdog > 1);
    for (const pid_t each : {host.bridge().pid(), watchdog, child}) {
        EXPECT_NE(name_of_process(each), "");
        expect_hidden(command_line_of(each) + name_of_process(each), "process " + name_of_process(each));
    }
    EXPECT_THAT(command_line_of(host.bridge().pid()), HasSubstr("GIVEN=***"));
    expect_hidden(environment_of(watchdog), "the watchdog's environment");
    auto expected = safe_part_of_own();
    expected.insert({{"GIVEN", given}, {"PASSED_ON", passed_on}, {"QUOTED", in_quotes}, {"PEM", pem}});
    auto actual = variables(environment_of(child));
    EXPECT_EQ(actual.erase("MCP_BRIDGE_CHILD"), 1U);
    EXPECT_EQ(actual, expected);
}

TEST_P(secrets_scan, of_a_whole_run_finds_nothing) {
    hosted_fixture host(guarded({"--limit", "max-short-lives=100"}));
    mcp_session session = host.session();
    ids_.push_back(session.id());
    // Of a server that several share, nobody is told the last words.
    make_the_server_talk(session);
    ask_with_every_key(host);
    send_every_refusal(host, session);
    use_http_sse(host);
    look_at_pages(host);
    look_at_processes(host, session);
    session.notify("notifications/cancelled", R"({"requestId":)" + std::to_string(session.last_request_id()) + "}");
    note(session.terminate());
    note(session.call("echo"));
    EXPECT_EQ(host.bridge().stop(20s), clean_exit);
    const std::string log = host.bridge().log();
    EXPECT_THAT(log, HasSubstr("on stderr: ***"));
    EXPECT_THAT(log, HasSubstr("on stdout: ***"));
    EXPECT_THAT(log, HasSubstr("stopped"));
    EXPECT_GT(noted_, 60);
    EXPECT_GE(ids_.size(), 6U);
    expect_hidden(log, "the log");
    expect_hidden(seen_, "an answer");
}

TEST_P(secrets_scan, of_a_crash_loop_finds_nothing) {
    hosting broken = guarded({"--limit", "max-short-lives=3"});
    broken.flags = {"--crash-on", "start"};
    for (const std::string& secret : secrets()) broken.flags.insert(broken.flags.end(), {"--last-words", secret});
    broken.works = false;
    hosted_fixture host(broken);
    EXPECT_TRUE(eventually([&] { return note(host.client().initialize()).http.status == 503; }));
    note(host.connect().get("/readyz", {{"x-functions-key", alices}}));
    look_at_pages(host);
    EXPECT_EQ(host.bridge().stop(), clean_exit);
    EXPECT_THAT(seen_, HasSubstr("***"));
    expect_hidden(host.bridge().log(), "the log");
    expect_hidden(seen_, "an answer");
}

TEST_P(secrets_scan, of_a_server_that_cannot_be_started_finds_nothing) {
    const hosting how = guarded();
    std::vector<std::string> arguments = {"--isolation", how.isolation};
    arguments.insert(arguments.end(), how.arguments.begin(), how.arguments.end());
    bridge_process bridge({.arguments = arguments, .server = {"sh", "-c", "echo \"$GIVEN\" >&2; exit 7"}, .environment = how.environment});
    EXPECT_NE(error_code(note(mcp_session(bridge.port(), {.headers = how.headers}).initialize()).message), 0);
    note(bridge.connect().get("/readyz", how.headers));
    EXPECT_EQ(bridge.stop(), clean_exit);
    expect_hidden(bridge.log(), "the log");
    arguments.insert(arguments.end(), {"--port", "0", "--", "/no/such/command", "--token", given, "--pass=" + std::string(bobs)});
    const finished_bridge missing = run_bridge(arguments, how.environment);
    EXPECT_EQ(missing.status, (exit_status{true, 1}));
    expect_hidden(missing.log, "the log of a bridge without its command");
    EXPECT_THAT(seen_, HasSubstr("exit status 7"));
    expect_hidden(seen_, "an answer");
}

// What is wrong with the command line is told without what could be a key in it.
TEST(secrets_of_the_command_line, are_not_repeated_with_its_mistakes) {
    for (const std::vector<std::string>& mistake : {std::vector<std::string>{"--keyy=alice=secret-0123456789", "--", "true"},
                                                    {"--keyy", "alice=secret-0123456789", "--", "true"},
                                                    {"--env", "=secret-0123456789", "--", "true"},
                                                    {"--port=KEY=secret-0123456789", "--", "true"},
                                                    {"--isolation", "KEY=secret-0123456789", "--", "true"},
                                                    {"--warm", "KEY=secret-0123456789", "--", "true"}}) {
        const finished_bridge refused = run_bridge(mistake);
        EXPECT_EQ(refused.status, (exit_status{true, 2})) << mistake.front();
        expect_without("secret-0123456789", refused.log + refused.output, mistake.front());
    }
}

}  // namespace
}  // namespace e2e
