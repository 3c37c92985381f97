#include <gmock/gmock.h>

#include <cstdlib>

#include "bridge/process/child_process.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/launcher.hpp"

namespace bridge::process {
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
    return failure.text(what.executable);
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
    EXPECT_EQ(exit_status(127 << 8, "could not start").text(), "could not start");
}

}  // namespace
}  // namespace bridge::process
