// Promise: a server process of the bridge's own user finds none of the bridge's keys, neither in /proc nor in its memory; and one that runs as
// another user (--child-user) can neither signal the bridge nor read its files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uid_t nobody = 65534;
constexpr const char* key = "a-key-that-no-server-may-see-4711";
constexpr const char* given = "a-value-for-the-server-4712";

/// The exit code of a process of the user `nobody` that does `work`.
int as_nobody(const std::function<int()>& work) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        const bool is_nobody = ::setresgid(nobody, nobody, nobody) == 0 && ::setresuid(nobody, nobody, nobody) == 0;
        ::_exit(is_nobody ? work() : 99);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

std::string file_of(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

/// Bits for what a process of the same user can see of process `of`.
enum sight { environment = 1, memory = 2, descriptors = 4, tracing = 8 };

int sight_of(pid_t pid) {
    int out = 0;
    std::string text(4096, '\0');
    if (std::ifstream(file_of(pid, "environ")).read(text.data(), 1)) out |= environment;
    if (std::ifstream(file_of(pid, "mem")).is_open()) out |= memory;
    if (::access(file_of(pid, "fd").c_str(), R_OK) == 0) out |= descriptors;
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0) out |= tracing;
    return out;
}

bool has_program(const char* name) {
    for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/"}) {
        if (::access((std::string(folder) + name).c_str(), X_OK) == 0) return true;
    }
    return false;
}

class protection : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can start processes of two users";
        if (!has_program("setpriv")) GTEST_SKIP() << "setpriv is missing (Debian: util-linux)";
        // Where the project lies another user may have no access.
        bridge_ = copy_of(bridge_binary(), "mcp-bridge");
        fixture_ = copy_of(fixture_binary(), "fixture");
        ::chmod(std::filesystem::path(bridge_).parent_path().c_str(), 0755);
    }

    /// The bridge as the user `nobody`, once it listens.
    child_process start_as_nobody(std::vector<std::string> arguments) const {
        child_options how{.command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", bridge_, "--port", "0",
                                      "--warm", "1", "--env", "GIVEN"},
                          .environment = {std::string("MCP_BRIDGE_KEYS=me=") + key, std::string("GIVEN=") + given},
                          .folder = "/"};
        how.command.insert(how.command.end(), arguments.begin(), arguments.end());
        how.command.insert(how.command.end(), {"--", fixture_});
        child_process out(how);
        EXPECT_TRUE(eventually([&] { return out.stderr_text().find("listening on") != std::string::npos; })) << out.stderr_text();
        EXPECT_TRUE(eventually([&] { return !children_of(out.pid()).empty(); }));
        return out;
    }

    std::string copy_of(const std::string& file, const std::string& name) const {
        const std::string out = folder_.path(name);
        std::filesystem::copy_file(file, out);
        ::chmod(out.c_str(), 0755);
        return out;
    }

    const temp_folder folder_;
    std::string bridge_;
    std::string fixture_;
};

TEST_F(protection, keeps_processes_of_the_same_user_out_of_the_bridge_and_its_watchdog) {
    const child_process bridge = start_as_nobody({});
    const pid_t watchdog = await_watchdog_of(bridge.pid());
    ASSERT_GT(watchdog, 1);
    EXPECT_EQ(as_nobody([&] { return sight_of(bridge.pid()); }), 0);
    EXPECT_EQ(as_nobody([&] { return sight_of(watchdog); }), 0);
    // Until it has become its program, a server process is a copy of the bridge, and as closed as the bridge.
    int seen = 0;
    EXPECT_TRUE(eventually([&] {
        seen = as_nobody([&] { return sight_of(children_of(bridge.pid()).front()); });
        return seen == (environment | memory | descriptors | tracing);
    })) << "a server process is as any other, but of it one sees only "
        << seen;
}

// Not even where the bridge may be looked into.
TEST_F(protection, leaves_no_key_in_any_environment) {
    const child_process bridge = start_as_nobody({"--allow-debugging"});
    const pid_t watchdog = await_watchdog_of(bridge.pid());
    EXPECT_NE(as_nobody([&] { return sight_of(bridge.pid()); }) & environment, 0);
    const std::string of_bridge = environment_of(bridge.pid());
    EXPECT_THAT(of_bridge, HasSubstr("MCP_BRIDGE_KEYS="));
    for (const std::string& each : {of_bridge, environment_of(watchdog)}) {
        EXPECT_THAT(each, Not(HasSubstr(key)));
        EXPECT_THAT(each, Not(HasSubstr(given)));
    }
    // Until it has become its program, a server process has the environment of the bridge, with the values wiped.
    std::string of_child;
    EXPECT_TRUE(eventually([&] {
        of_child = environment_of(children_of(bridge.pid()).front());
        return of_child.find(std::string("GIVEN=") + given) != std::string::npos;
    })) << "what it is given it gets, but it has "
        << of_child;
    EXPECT_THAT(of_child, Not(HasSubstr(key)));
}

TEST(protection_of_values, hides_those_that_the_configuration_file_puts_in) {
    const temp_folder folder;
    const std::string file = folder.file("bridge.json", R"({ "mcpServers": { "fixture": { "command": ")" + fixture_binary() +
                                                            R"(", "env": { "GIVEN": "${SOURCE}" } } }, "options": { "key": ["me=${KEY_OF_ME}"] } })");
    const child_process bridge({.command = {bridge_binary(), "--port", "0", "--config", file},
                                .environment = {std::string("SOURCE=") + given, std::string("KEY_OF_ME=") + key, "MCP_BRIDGE_ALLOW_DEBUGGING=true"},
                                .folder = "/"});
    ASSERT_TRUE(eventually([&] { return bridge.stderr_text().find("listening on") != std::string::npos; })) << bridge.stderr_text();
    const std::string all = environment_of(bridge.pid());
    EXPECT_THAT(all, HasSubstr("KEY_OF_ME=*"));
    EXPECT_THAT(all, Not(HasSubstr(key)));
    EXPECT_THAT(all, Not(HasSubstr(given)));
}

// ---- another user

class child_user : public protection {
protected:
    /// What a server that runs `script` writes to its stderr.
    static bridge_options server(const std::string& script, std::vector<std::string> arguments) {
        bridge_options out{.server = {"/bin/sh", "-c", "exec >&2; " + script + "; echo the end; read line"}};
        out.arguments = std::move(arguments);
        return out;
    }

    /// Those that stand in lines "pids N N end".
    static std::vector<pid_t> pids_in(const std::string& log) {
        std::vector<pid_t> out;
        std::istringstream words(log);
        bool is_pid = false;
        for (std::string word; words >> word;) {
            if (is_pid && word != "end") out.push_back(static_cast<pid_t>(integer(word, -1)));
            is_pid = word == "pids" || (is_pid && word != "end");
        }
        return out;
    }
};

TEST_F(child_user, runs_the_server_without_the_bridges_rights) {
    const std::string keys = folder_.file("keys", std::string("me=") + key + "\n");
    ::chmod(keys.c_str(), 0600);
    const std::string script = "echo ids $(id -u):$(id -g):$(id -G); echo home $HOME, user $USER, logname $LOGNAME; cat " + keys +
                               "; kill -0 $PPID && echo signalled; cat /proc/$PPID/environ; echo written > /dev/stderr; "
                               "echo nnp=$(awk '/NoNewPrivs/ { print $2 }' /proc/self/status); grep -E '^Max (core|data|proc)' /proc/self/limits";
    const bridge_process bridge(
        server(script, {"--keys-file", keys, "--child-user", "nobody", "--child-memory", "100MiB", "--child-processes", "5000"}));
    ASSERT_TRUE(bridge.logs("the end")) << bridge.log();
    const std::string log = bridge.log();
    EXPECT_THAT(log, HasSubstr("ids 65534:65534:65534"));
    EXPECT_THAT(log, HasSubstr("home /nonexistent, user nobody, logname nobody"));
    EXPECT_THAT(log, HasSubstr("keys: Permission denied"));
    EXPECT_THAT(log, Not(HasSubstr("signalled")));
    EXPECT_THAT(log, HasSubstr("environ: Permission denied"));
    EXPECT_THAT(log, HasSubstr("written")) << "it can open its own stderr by name";
    EXPECT_THAT(log, HasSubstr("nnp=1"));
    EXPECT_THAT(log, testing::ContainsRegex("Max core file size +0 +0"));
    EXPECT_THAT(log, testing::ContainsRegex("Max data size +104857600 +104857600"));
    EXPECT_THAT(log, testing::ContainsRegex("Max processes +5000 +5000"));
}

TEST_F(child_user, by_id_serves_as_before) {
    bridge_process bridge({.arguments = {"--child-user", "65534:65534"}, .server = {fixture_}});
    mcp_session session(bridge.port());
    EXPECT_EQ(session.open().call("echo").text(), "ok");
    EXPECT_EQ(bridge.stop(), clean_exit);
}

TEST_F(child_user, is_no_escape_from_the_watchdog) {
    bridge_process bridge(server("setsid sleep 1000 & echo pids $$ $! end", {"--child-user", "nobody", "--warm", "1"}));
    std::vector<pid_t> all;
    ASSERT_TRUE(eventually([&] {
        all = pids_in(bridge.log());
        return std::ranges::count_if(all, is_running) >= 2;
    })) << bridge.log();
    bridge.signal(SIGKILL);
    EXPECT_TRUE(eventually([&] { return std::ranges::none_of(pids_in(bridge.log()), is_running); }, 3s));
}

TEST_F(child_user, that_cannot_be_become_is_a_step_with_a_name) {
    child_options how{.command = {"setpriv", "--bounding-set=-setuid,-setgid", bridge_, "--port", "0", "--child-user", "nobody", "--", fixture_},
                      .folder = "/"};
    const child_process bridge(how);
    EXPECT_TRUE(eventually([&] {
        return bridge.stderr_text().find("could not become another user (--child-user) for '" + fixture_ + "': Operation not permitted") !=
               std::string::npos;
    })) << bridge.stderr_text();
}

TEST_F(child_user, needs_a_bridge_of_root) {
    child_process refused(
        {.command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", bridge_, "--child-user", "nobody", "--", "true"}, .folder = "/"});
    EXPECT_EQ(refused.wait(), (exit_status{true, 2}));
    EXPECT_THAT(refused.stderr_text(), HasSubstr("--child-user: only a bridge that runs as root"));
}

// ---- limits without another user

TEST(child_limits, make_allocations_beyond_them_fail) {
    bridge_process bridge({.arguments = {"--child-memory", "64MiB", "--child-no-new-privileges"},
                           .server = {"/bin/sh", "-c",
                                      "exec 2>&1 >&2; head -c 300000000 /dev/zero | tail -c 200000000 | wc -c; "
                                      "echo nnp=$(awk '/NoNewPrivs/ { print $2 }' /proc/self/status) >&2; echo the end >&2; read line"}});
    ASSERT_TRUE(bridge.logs("the end")) << bridge.log();
    EXPECT_THAT(bridge.log(), HasSubstr("memory exhausted"));
    EXPECT_THAT(bridge.log(), HasSubstr("nnp=1"));
}

TEST(child_limits, are_not_there_unless_they_are_asked_for) {
    bridge_process bridge(
        {.server = {"/bin/sh", "-c", "echo nnp=$(awk '/NoNewPrivs/ { print $2 }' /proc/self/status) >&2; echo the end >&2; read line"}});
    ASSERT_TRUE(bridge.logs("the end")) << bridge.log();
    EXPECT_THAT(bridge.log(), HasSubstr("nnp=0")) << "sudo and Chromium's sandbox work";
}

// ---- a sandbox around the server, as docs/security.md shows it

TEST(sandbox, hides_everything_that_was_not_put_into_it) {
    if (!has_program("bwrap")) GTEST_SKIP() << "bwrap is missing (Debian: bubblewrap)";
    const temp_folder folder;
    const std::string secret = folder.file("keys", key);
    const std::string fixture = folder.path("fixture");
    std::filesystem::copy_file(fixture_binary(), fixture);
    const std::vector<std::string> sandbox = {"bwrap",        "--ro-bind", "/usr",      "/usr",    "--symlink",     "usr/lib",
                                              "/lib",         "--symlink", "usr/lib64", "/lib64",  "--symlink",     "usr/bin",
                                              "/bin",         "--proc",    "/proc",     "--dev",   "/dev",          "--tmpfs",
                                              "/tmp",         "--ro-bind", fixture,     "/server", "--unshare-all", "--die-with-parent",
                                              "--new-session"};
    std::vector<std::string> probe = sandbox;
    probe.insert(probe.end(), {"true"});
    child_process works({.command = probe});
    if (works.wait() != exit_status{true, 0}) GTEST_SKIP() << "this system lets bwrap make no namespaces: " << works.stderr_text();
    std::vector<std::string> looking = sandbox;
    looking.insert(looking.end(), {"/bin/sh", "-c", "cat " + secret + " >&2; ls -A /proc | grep -c '^[0-9]' >&2; echo the end >&2; read line"});
    const bridge_process blind({.server = looking});
    ASSERT_TRUE(blind.logs("the end")) << blind.log();
    EXPECT_THAT(blind.log(), HasSubstr("No such file or directory"));
    EXPECT_THAT(blind.log(), Not(HasSubstr(key)));
    std::vector<std::string> serving = sandbox;
    serving.emplace_back("/server");
    bridge_process bridge({.server = serving});
    mcp_session session(bridge.port());
    EXPECT_EQ(session.open().call("echo").text(), "ok");
    EXPECT_EQ(bridge.stop(), clean_exit);
}

}  // namespace
}  // namespace e2e
