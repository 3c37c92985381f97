#include "bridge/app/substitution.hpp"

#include <gtest/gtest.h>

namespace bridge::app {
namespace {

substituted put(std::string_view text) {
    const auto variables = [](const std::string& name) -> std::optional<std::string> {
        if (name == "A") return "one";
        if (name == "EMPTY") return "";
        if (name == "TRICK") return "${A}";
        if (name == "HOME") return "/home/ann";
        return std::nullopt;
    };
    return substitute(text, {.variables = variables, .workspace = "/home/ann/shop"});
}

TEST(substitution, puts_values_in) {
    EXPECT_EQ(put("").text, "");
    EXPECT_EQ(put("<${A}|${A}>").text, "<one|one>");
    EXPECT_EQ(put("${EMPTY}").text, "");
    EXPECT_EQ(put("${A}").values, (std::vector<std::string>{"one"}));
}

TEST(substitution, takes_the_default_of_what_is_unset_or_empty) {
    EXPECT_EQ(put("${NO:-eu west}").text, "eu west");
    EXPECT_EQ(put("${EMPTY:-eu}").text, "eu");
    EXPECT_EQ(put("${A:-eu}").text, "one");
    EXPECT_EQ(put("${NO:-}").text, "");
    EXPECT_TRUE(put("${NO:-eu}").values.empty()) << "a default is no secret";
}

TEST(substitution, leaves_dollars_alone_elsewhere) {
    EXPECT_EQ(put("$A $$ $5 a}b {A}").text, "$A $$ $5 a}b {A}");
    EXPECT_EQ(put("$${A} $$${A}").text, "${A} $${A}");
    EXPECT_EQ(put("a$").text, "a$");
}

TEST(substitution, does_not_look_at_what_was_put_in) {
    EXPECT_EQ(put("${TRICK}").text, "${A}");
}

TEST(substitution, knows_the_names_of_editors) {
    EXPECT_EQ(put("${env:A}|${env:NO:-eu}").text, "one|eu");
    EXPECT_EQ(put("${env:A}").values, (std::vector<std::string>{"one"}));
    const substituted folders = put("${workspaceFolder}${/}x|${workspaceFolderBasename}|${userHome}${pathSeparator}y");
    EXPECT_EQ(folders.text, "/home/ann/shop/x|shop|/home/ann/y");
    EXPECT_TRUE(folders.values.empty()) << "a folder is no secret";
}

TEST(substitution, says_what_to_write_for_what_only_an_editor_knows) {
    EXPECT_NE(put("${input:api-key}").wrong.find("write ${API_KEY} here"), std::string::npos) << put("${input:api-key}").wrong;
    EXPECT_NE(put("${input:1}").wrong.find("write ${NAME} here"), std::string::npos);
    EXPECT_NE(put("${file:/run/secrets/key}").wrong.find("environment variable"), std::string::npos);
    EXPECT_NE(put("${config:a.b}").wrong.find("known to the editor only"), std::string::npos);
    EXPECT_NE(put("${workspaceFolder:other}").wrong.find("known to the editor only"), std::string::npos);
}

TEST(substitution, names_what_is_wrong) {
    for (const auto& [text, says] : std::vector<std::pair<const char*, const char*>>{{"x${NO}", "NO"},
                                                                                     {"${A", "}"},
                                                                                     {"${}", "${}"},
                                                                                     {"${input:key}", "input:key"},
                                                                                     {"${1A}", "1A"},
                                                                                     {"${env:NO}", "NO is not set"},
                                                                                     {"${env:}", "known to the editor only"},
                                                                                     {"${NO:-${A}}", "default"}}) {
        EXPECT_NE(put(text).wrong.find(says), std::string::npos) << text << ": " << put(text).wrong;
    }
}

}  // namespace
}  // namespace bridge::app
