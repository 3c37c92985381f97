#include "bridge/app/environment_file.hpp"

#include <gtest/gtest.h>

namespace bridge::app {
namespace {

using strings = std::vector<std::string>;

TEST(environment_file, reads_what_people_write) {
    const environment_file out =
        read_environment_file("# a comment\n\nA=1\n export B = two words  # why\r\nC='$A # \\n'\nD=\"x\\ny\\\"z\" # why\nE=\nF=a=b#c");
    EXPECT_EQ(out.mistaken_line, 0U);
    EXPECT_EQ(out.variables, (strings{"A=1", "B=two words", "C=$A # \\n", "D=x\ny\"z", "E=", "F=a=b#c"}));
}

TEST(environment_file, reads_a_value_of_several_lines) {
    const environment_file out = read_environment_file("KEY=\"-----BEGIN-----\nabc\n-----END-----\"\nB=2\n");
    EXPECT_EQ(out.variables, (strings{"KEY=-----BEGIN-----\nabc\n-----END-----", "B=2"}));
}

TEST(environment_file, reads_a_file_from_windows) {
    EXPECT_EQ(read_environment_file("\xEF\xBB\xBF"
                                    "A=1\r\nB=\"2\"\r\n")
                  .variables,
              (strings{"A=1", "B=2"}));
}

TEST(environment_file, names_the_line_of_a_mistake) {
    for (const auto& [text, line] : std::vector<std::pair<std::string, std::size_t>>{{"A=1\nno value\n", 2},
                                                                                     {"=x", 1},
                                                                                     {"A B=1", 1},
                                                                                     {"A=1\n\nB=\"open\nC=3\n", 3},
                                                                                     {"A='x' y", 1},
                                                                                     {std::string("A=a\0b", 5), 1},
                                                                                     {"A\nB=1", 1}}) {
        EXPECT_EQ(read_environment_file(text).mistaken_line, line) << text;
    }
}

TEST(environment_file, may_be_empty) {
    EXPECT_TRUE(read_environment_file("").variables.empty());
    EXPECT_EQ(read_environment_file("\n#\n").mistaken_line, 0U);
}

}  // namespace
}  // namespace bridge::app
