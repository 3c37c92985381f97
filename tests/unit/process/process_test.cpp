#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "bridge/process/child_process.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/command_advice.hpp"
#include "bridge/process/launcher.hpp"
#include "bridge/process/passing_advice.hpp"
#include "bridge/process/start_fault.hpp"
#include "tests/support/temp_folder.hpp"

namespace bridge::process {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(ChildEnvironment, PassesOnlyTheHarmlessAndTheNamed) {
    setenv("PATH", "/usr/bin", 1);
    setenv("LC_TIME", "C", 1);
    setenv("SECRET_CONNECTION_STRING", "x", 1);
    setenv("WANTED", "yes", 1);
    const auto environment = child_environment({"WANTED", "NOT_THERE", "SET=here=too", "PATH=/opt"});
    EXPECT_THAT(environment, Contains("WANTED=yes"));
    EXPECT_THAT(environment, Contains("SET=here=too"));
    EXPECT_THAT(environment, Contains("LC_TIME=C"));
    EXPECT_THAT(environment, Contains("PATH=/opt"));
    EXPECT_THAT(environment, Not(Contains("PATH=/usr/bin")));
    EXPECT_THAT(environment, Not(Contains(StartsWith("SECRET"))));
    EXPECT_THAT(environment, Not(Contains(StartsWith("NOT_THERE"))));
}

TEST(WithheldVariables, AreTheSetOnesThatTheChildDoesNotGet) {
    setenv("A_TOKEN", "x", 1);
    setenv("B_TOKEN", "x", 1);
    setenv("EMPTY_TOKEN", "", 1);
    setenv("MCP_BRIDGE_KEYS", "x", 1);
    setenv("PWD", "/", 1);
    const auto names = withheld_variables({"B_TOKEN=other", "PATH=/bin"});
    EXPECT_THAT(names, Contains("A_TOKEN"));
    EXPECT_TRUE(std::ranges::is_sorted(names));
    for (const char* absent : {"B_TOKEN", "EMPTY_TOKEN", "MCP_BRIDGE_KEYS", "PWD", "PATH"}) EXPECT_THAT(names, Not(Contains(absent))) << absent;
}

TEST(PassingAdvice, NamesTheVariablesThatTheWordsName) {
    const std::vector<std::string> withheld = {"API_KEY", "B", "TOKEN", "TOKEN_FILE", "ZONE"};
    EXPECT_EQ(passing_advice("Error: TOKEN is not set", withheld),
              "; the bridge has TOKEN in its environment and does not pass it on to the server; to pass it on: --env TOKEN");
    EXPECT_THAT(passing_advice("'API_KEY', $TOKEN_FILE or API_KEY", withheld), HasSubstr("to pass it on: --env API_KEY --env TOKEN_FILE"));
    EXPECT_THAT(passing_advice("B TOKEN ZONE API_KEY", withheld), Not(HasSubstr("API_KEY"))) << "at most three";
    for (const char* words : {"", "token is not set", "MY_TOKEN is not set", "TOKENS", "--"}) EXPECT_EQ(passing_advice(words, withheld), "") << words;
}

std::string launch_error(command failing_command) {
    launched child;
    launch_failure failure;
    failing_command.environment = {"PATH=/nowhere:/usr/bin:/bin"};
    if (launch(failing_command, child, failure)) return "it was started";
    return failure.text(failing_command.executable);
}

TEST(Launcher, SaysWhichStepFailedAndWhy) {
    EXPECT_EQ(launch_error({.executable = "no-such-command", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command 'no-such-command': No such file or directory; no folder of PATH has it");
    EXPECT_EQ(launch_error({.executable = "/etc/passwd", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command '/etc/passwd': Permission denied; it is a text file, not a program; start it with the program that reads "
              "it, or let its first line name that program (#!)");
    EXPECT_EQ(launch_error({.executable = "/usr", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command '/usr': Is a directory; it is a folder; name the program in it");
    EXPECT_EQ(launch_error({.executable = "sh", .arguments = {}, .environment = {}, .directory = "/no/such", .name = {}}),
              "could not enter the working directory of 'sh': No such file or directory");
}

std::string fault_of(const std::string& executable, const std::string& directory = {}) {
    const command checked{
        .executable = executable, .arguments = {}, .environment = {"PATH=/nowhere:/usr/bin:/bin"}, .directory = directory, .name = {}};
    const auto fault = start_fault(checked);
    return fault ? fault->text(executable) : "";
}

TEST(StartFault, IsThatOfTheLaunchBeforeIt) {
    EXPECT_EQ(fault_of("sh"), "");
    EXPECT_EQ(fault_of("/bin/sh", "/"), "");
    EXPECT_THAT(fault_of("no-such-command"), StartsWith("could not find the command 'no-such-command'"));
    EXPECT_THAT(fault_of("/etc/passwd"), StartsWith("could not find the command '/etc/passwd'"));
    EXPECT_THAT(fault_of("sh", "/etc/passwd"), StartsWith("could not enter the working directory of 'sh'"));
}

class CommandAdvice : public testing::Test {
protected:
    // Returns what the text of the failure adds to the system's error for a file of these contents.
    std::string of_file(const std::string& name, const std::string& text, int error) const { return command_advice(folder_.file(name, text), error); }

    const test_support::temp_folder folder_;
};

TEST_F(CommandAdvice, SaysHowAMissingProgramIsInstalled) {
    EXPECT_THAT(command_advice("npx", ENOENT), AllOf(HasSubstr("no folder of PATH has it"), HasSubstr("Node.js"), HasSubstr("apt-get install npm")));
    EXPECT_THAT(command_advice("uvx", ENOENT), HasSubstr("pipx install uv"));
    EXPECT_THAT(command_advice("docker", ENOENT), HasSubstr("docker.io"));
    EXPECT_THAT(command_advice("dnx", ENOENT), HasSubstr("dotnet dnx"));
    EXPECT_EQ(command_advice("/no/such/server", ENOENT), "");
    EXPECT_THAT(command_advice("/no/such/npx", ENOENT), HasSubstr("Node.js"));
}

TEST_F(CommandAdvice, KnowsACommandLineInOneWord) {
    EXPECT_THAT(command_advice("npx -y server", ENOENT), HasSubstr("drop the quotes"));
    EXPECT_THAT(command_advice("/bin/sh -c x", ENOENT), HasSubstr("drop the quotes"));
    EXPECT_EQ(command_advice("/no/such folder/server", ENOENT), "") << "a path may have a space";
}

TEST_F(CommandAdvice, SaysWhatAFileIs) {
    EXPECT_THAT(of_file("server.py", "print(1)\n", EACCES), HasSubstr("start it with: python3 " + folder_.path("server.py")));
    EXPECT_THAT(of_file("server.jar", "PK", ENOEXEC), HasSubstr("java -jar"));
    EXPECT_THAT(of_file("servers.json", "{}", EACCES), HasSubstr("--config"));
    EXPECT_THAT(of_file("text", "no program\n", EACCES), HasSubstr("it is a text file"));
    EXPECT_THAT(of_file("foreign",
                        "\x7F"
                        "ELF\x01",
                        ENOEXEC),
                HasSubstr("another kind of machine"));
    EXPECT_EQ(of_file("garbage", "\x01\x02", ENOEXEC), "");
    EXPECT_THAT(of_file("script", "#!/no/such/interpreter -x\n", ENOENT), HasSubstr("its first line names '/no/such/interpreter -x'"));
    EXPECT_THAT(of_file("windows", "#!/bin/sh\r\n", ENOENT), HasSubstr("CR LF"));
    EXPECT_THAT(command_advice(folder_.path(""), EISDIR), HasSubstr("it is a folder"));
}

TEST(ExitStatus, TellsAnExitFromASignal) {
    EXPECT_EQ(exit_status(9 << 8).text(), "exit status 9");
    EXPECT_THAT(exit_status(9).text(), HasSubstr("killed by signal 9"));
    EXPECT_EQ(exit_status(127 << 8, "could not start").text(), "could not start");
}

}  // namespace
}  // namespace bridge::process
