#include <gmock/gmock.h>

#include <cstdlib>

#include "bridge/child/command.hpp"
#include "bridge/child/launcher.hpp"
#include "bridge/child/process.hpp"
#include "bridge/child/stderr_log.hpp"

namespace bridge::child {
namespace {

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

std::string launch_error(command what) {
    launched child;
    launch_failure failure;
    what.environment = {"PATH=/nowhere:/usr/bin:/bin"};
    if (launch(what, child, failure)) return "it was started";
    return failure.text(what);
}

TEST(Launcher, SaysWhichStepFailedAndWhy) {
    EXPECT_EQ(launch_error({.executable = "no-such-command", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command 'no-such-command': No such file or directory");
    EXPECT_EQ(launch_error({.executable = "/etc/passwd", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command '/etc/passwd': Permission denied");
    EXPECT_EQ(launch_error({.executable = "/usr", .arguments = {}, .environment = {}, .directory = {}, .name = {}}),
              "could not find the command '/usr': Permission denied");
    EXPECT_EQ(launch_error({.executable = "sh", .arguments = {}, .environment = {}, .directory = "/no/such", .name = {}}),
              "could not enter the working directory of 'sh': No such file or directory");
}

TEST(ExitStatus, TellsAnExitFromASignal) {
    EXPECT_EQ(exit_status(9 << 8).text(), "exit status 9");
    EXPECT_THAT(exit_status(9).text(), HasSubstr("killed by signal 9"));
}

TEST(StderrLog, KeepsTheLastLinesWithoutSecrets) {
    core::redactor secrets;
    secrets.add("hunter22");
    const std::string name = "server";
    stderr_log log(name, secrets, 40);
    EXPECT_EQ(log.tail(), "");
    log.append("one\ntwo\r\nthr");
    log.append("ee hunter22\n\nfour\nfive\nsix\nseven");
    EXPECT_EQ(log.tail(), "two | three *** | four | five | six");
    log.finish();
    EXPECT_EQ(log.tail(), "three *** | four | five | six | seven");
    log.append(std::string(1'000'000, 'x') + "\n");
    EXPECT_THAT(log.tail(), HasSubstr("(999960 bytes cut)"));
}

}  // namespace
}  // namespace bridge::child
