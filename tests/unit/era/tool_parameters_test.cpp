#include "bridge/era/tool_parameters.hpp"

#include <gtest/gtest.h>

#include "bridge/era/tool_execution.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

class ToolParameters : public testing::Test {
protected:
    void SetUp() override {
        known_.add(R"({"name":"t","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
                   R"("n":{"type":"integer","x-mcp-header":"Num"},"f":{"type":"boolean","x-mcp-header":"Flag"},"other":{"type":"string"}}}})");
        known_.add(R"({"name":"plain"})");
        known_.add(R"({"name":"wrong","inputSchema":{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}})");
        known_.add(R"({"name":"twice","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"},)"
                   R"("b":{"type":"string","x-mcp-header":"a"}}}})");
    }
    bool refuses(std::string_view arguments, std::vector<parameter_header> headers, std::string_view tool = R"("t")") {
        const auto fault = known_.fault_of(tool, {}, arguments, headers);
        EXPECT_EQ(fault ? fault->code : -32020, -32020);
        return fault.has_value();
    }

    tool_parameters known_;
};

TEST_F(ToolParameters, MustBeRepeatedByHeaders) {
    EXPECT_FALSE(refuses(R"({"region":"eu"})", {{"Region", "eu"}}));
    EXPECT_FALSE(refuses(R"({"region":"\u00e4"})", {{"rEGION", "=?base64?w6Q=?="}}));
    EXPECT_FALSE(refuses(R"({"n":42,"f":true})", {{"Num", "42.0"}, {"Flag", "true"}}));
    EXPECT_TRUE(refuses(R"({"region":"eu"})", {}));
    EXPECT_TRUE(refuses(R"({"region":"eu"})", {{"Region", "EU"}}));
    EXPECT_TRUE(refuses(R"({"region":"eu"})", {{"Region", "eu"}, {"Region", "us"}}));
    EXPECT_TRUE(refuses(R"({"region":"eu"})", {{"Region", "=?base64?!!?="}}));
    EXPECT_TRUE(refuses(R"({"n":42})", {{"Num", "43"}}));
    EXPECT_TRUE(refuses(R"({"f":true})", {{"Flag", "1"}}));
}

TEST_F(ToolParameters, HaveNumbersThatAreComparedExactly) {
    EXPECT_FALSE(refuses(R"({"n":9007199254740993})", {{"Num", "9007199254740993"}}));
    EXPECT_FALSE(refuses(R"({"n":42.0})", {{"Num", "42"}}));
    EXPECT_TRUE(refuses(R"({"n":9007199254740992})", {{"Num", "9007199254740993"}}));
    EXPECT_TRUE(refuses(R"({"n":1})", {{"Num", "1.0000000001"}}));
    EXPECT_TRUE(refuses(R"({"n":1})", {{"Num", "01"}}));
}

TEST_F(ToolParameters, HaveOneValueOnly) {
    for (const char* const more :
         {R"("region":"us")", R"("regio\u006e":"us")", R"("Region":"us")", R"("REGION":null)", R"("reg\u0131on":"us")", R"("region\u0000":"us")"}) {
        EXPECT_TRUE(refuses(R"({"region":"eu",)" + std::string(more) + '}', {{"Region", "eu"}})) << more;
        EXPECT_TRUE(refuses('{' + std::string(more) + R"(,"region":"eu"})", {{"Region", "eu"}})) << more;
    }
    EXPECT_TRUE(refuses(R"({"Region":"us"})", {})) << "some servers read it as the argument that has no header";
    EXPECT_FALSE(refuses(R"({"region":"eu","other":1,"other":2,"Other":3,"regions":4})", {{"Region", "eu"}})) << "no header repeats the others";
}

TEST_F(ToolParameters, MayHaveNamesOfAnyLetters) {
    known_.add(R"({"name":"u","inputSchema":{"properties":{"gr\u00f6\u00dfe":{"type":"string","x-mcp-header":"Size"}}}})");
    const auto refuses_size = [this](const char* arguments) { return refuses(arguments, {{"Size", "a"}}, R"("u")"); };
    EXPECT_FALSE(refuses_size("{\"gr\u00f6\u00dfe\":\"a\"}"));
    EXPECT_FALSE(refuses_size(R"({"gr\u00f6\u00dfe":"a","gr\u00fc\u00dfe":"b"})"));
    EXPECT_TRUE(refuses_size(R"({"gr\u00f6\u00dfe":"a","gr\u00f6\u00dfe":"b"})"));
    EXPECT_TRUE(refuses_size(R"({"gr\u00f6\u00dfe":"a","Gr\u00f6\u00dfE":"b"})"));
}

TEST_F(ToolParameters, MayBeWithinObjects) {
    known_.add(
        R"({"name":"n","inputSchema":{"properties":{"at":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},)"
        R"("zone":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"Zone"}}}}},"x":{"type":"string","x-mcp-header":"X"}}}})");
    const auto refuses_nested = [this](const std::string& arguments, std::vector<parameter_header> headers) {
        return refuses(arguments, std::move(headers), R"("n")");
    };
    const std::vector<parameter_header> both = {{"Region", "eu"}, {"Zone", "7"}};
    EXPECT_FALSE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":7.0}}})", both));
    EXPECT_FALSE(refuses_nested(R"({"at":{"zone":{}}})", {}));
    for (const char* const without : {R"({})", R"({"at":null})", R"({"at":"eu"})", R"({"at":["eu"]})", R"({"region":"eu","n":7})"}) {
        EXPECT_FALSE(refuses_nested(without, {})) << without;
        EXPECT_TRUE(refuses_nested(without, {{"Region", "eu"}})) << without;
    }
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":7}}})", {{"Region", "eu"}}));
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"us","zone":{"n":7}}})", both));
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":8}}})", both));
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":7}},"AT":{"region":"us"}})", both)) << "some servers read the second object";
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":7}},"at":{}})", both));
    EXPECT_TRUE(refuses_nested(R"({"at":{"region":"eu","zone":{"n":7},"Zone":{"n":8}}})", both));
}

TEST_F(ToolParameters, WithinLongObjectsAreNotReadInOneTurn) {
    known_.add(R"({"name":"n","inputSchema":{"properties":{"at":{"properties":{"region":{"type":"string","x-mcp-header":"Region"}}}}}})");
    const auto fault = known_.fault_of(R"("n")", {}, R"({"at":{"region":"eu","x":")" + std::string(64 * 1024, 'x') + R"("}})", {{"Region", "eu"}});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, jsonrpc::error_code::invalid_params);
    EXPECT_EQ(fault->text, "Invalid params: the argument at has more than 65536 bytes, and headers repeat some of its members");
}

TEST_F(ToolParameters, MustHaveHeadersThatDifferThroughoutTheSchema) {
    known_.add(R"({"name":"n","inputSchema":{"properties":{"a":{"properties":{"b":{"type":"string","x-mcp-header":"A"}}},)"
               R"("c":{"type":"string","x-mcp-header":"a"}}}})");
    EXPECT_FALSE(refuses(R"({"a":{"b":"x"},"c":"y"})", {}, R"("n")")) << "clients must not use such a tool";
}

TEST_F(ToolParameters, MayBeLeftOutInTheHeadersToo) {
    for (const char* const without : {"{}", "", R"({"region":null})", R"({"other":"eu"})"}) {
        EXPECT_FALSE(refuses(without, {})) << without;
        EXPECT_TRUE(refuses(without, {{"Region", "eu"}})) << without;
        EXPECT_TRUE(refuses(without, {{"region", ""}})) << without;
    }
    EXPECT_FALSE(refuses(R"({"region":null,"other":"x"})", {{"Other", "y"}}));
    EXPECT_FALSE(refuses("", {}));
}

TEST_F(ToolParameters, AreIgnoredWhereTheSchemaIsInvalidOrUnknown) {
    EXPECT_FALSE(refuses(R"({"a":1})", {}, R"("wrong")"));
    EXPECT_FALSE(refuses(R"({"a":"x","b":"y"})", {}, R"("twice")"));
    EXPECT_FALSE(refuses(R"({"region":"eu"})", {}, R"("unknown")"));
    EXPECT_TRUE(known_.has(R"("plain")"));
    EXPECT_FALSE(known_.has(R"("unknown")"));
    known_.forget();
    EXPECT_FALSE(known_.has(R"("t")"));
}

// Such tools were not checked at all, so that a proxy could be told another value than the server.
TEST_F(ToolParameters, ThatAreTooManyOrTooDeepMayHaveNoHeaders) {
    const auto tool_with = [](const std::string& name, int count) {
        std::string properties;
        for (int i = 0; i < count; ++i) {
            properties += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"type":"string","x-mcp-header":"H)" + std::to_string(i) + "\"}";
        }
        return R"({"name":")" + name + R"(","inputSchema":{"properties":{)" + properties + "}}}";
    };
    const auto tool_at = [](const std::string& name, unsigned depth, const std::string& annotated) {
        std::string schema = annotated;
        for (unsigned i = 0; i < depth; ++i) schema = R"({"type":"object","properties":{"o":)" + schema + "}}";
        return R"({"name":")" + name + R"(","inputSchema":)" + schema + '}';
    };
    const std::string annotated = R"({"type":"string","x-mcp-header":"H"})";
    known_.add(tool_with("most", 64));
    known_.add(tool_with("many", 65));
    known_.add(tool_at("low", 16, annotated));
    known_.add(tool_at("deep", 17, annotated));
    known_.add(tool_at("escaped", 17, R"({"type":"string","x-mcp-h\u0065ader":"H"})"));
    known_.add(tool_at("plain deep", 17, R"({"type":"string"})"));
    EXPECT_EQ(known_.unchecked(), 3U);
    EXPECT_TRUE(refuses(R"({"p0":"a"})", {{"H0", "b"}}, R"("most")"));
    EXPECT_FALSE(refuses(R"({"p0":"a"})", {{"H0", "a"}}, R"("most")"));
    EXPECT_TRUE(refuses(R"({"p0":"a"})", {{"H0", "a"}}, R"("many")"));
    EXPECT_FALSE(refuses(R"({"p0":"a"})", {}, R"("many")"));
    std::string arguments = R"("a")";
    for (int i = 0; i < 16; ++i) arguments = R"({"o":)" + arguments + '}';
    EXPECT_FALSE(refuses(arguments, {{"H", "a"}}, R"("low")"));
    EXPECT_TRUE(refuses(arguments, {{"H", "b"}}, R"("low")"));
    EXPECT_TRUE(refuses(arguments, {{"H", "a"}}, R"("deep")"));
    EXPECT_TRUE(refuses(arguments, {{"H", "a"}}, R"("escaped")"));
    EXPECT_FALSE(refuses(arguments, {{"H", "a"}}, R"("plain deep")"));
    known_.forget();
    EXPECT_EQ(known_.unchecked(), 0U);
}

TEST_F(ToolParameters, KnowsTheToolsThatRunAsTasksOnly) {
    tool_parameters known;
    known.add(R"({"name":"a","execution":{"taskSupport":"required"}})");
    known.add(R"({"name":"b","execution":{"taskSupport":"optional"}})");
    known.add(R"({"name":"c"})");
    EXPECT_TRUE(known.needs_task(R"("a")"));
    EXPECT_FALSE(known.needs_task(R"("b")"));
    EXPECT_FALSE(known.needs_task(R"("c")"));
    EXPECT_FALSE(known.needs_task(R"("d")"));
}

// A tool with 64 headers, whose names are about as long as they may be.
std::string large_tool(int number) {
    std::string out = R"({"name":"t)" + std::to_string(number) + R"(","inputSchema":{"properties":{)";
    for (int i = 0; i < 64; ++i) {
        const std::string name = std::string(900, 'a') + std::to_string(i);
        out += (i == 0 ? "\"" : ",\"") + name + R"(":{"type":"string","x-mcp-header":")" + name + "\"}";
    }
    return out + "}}}";
}

// Ten thousand of them took more than a gigabyte, for which nobody paid.
TEST(ToolParametersOfALargeList, TakeNoMoreMemoryThanTheyMay) {
    core::memory_budget budget(0);
    tool_parameters known(budget.account_of("p"));
    for (int i = 0; i < 50; ++i) known.add(large_tool(i));
    EXPECT_TRUE(known.has(R"("t0")"));
    EXPECT_FALSE(known.has(R"("t49")"));
    EXPECT_GT(known.left_out(), 0U);
    EXPECT_LE(budget.used(), tool_parameters::most_bytes);
    EXPECT_GT(budget.used(), tool_parameters::most_bytes / 2);
    const std::size_t before = budget.used();
    known.add(R"({"name":"t0"})");
    EXPECT_LT(budget.used(), before) << "the tool is there once";
    known.forget();
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_EQ(known.left_out(), 0U);
}

TEST(ToolParametersOfALargeList, LeaveMemoryForOthers) {
    core::memory_budget budget(1024 * 1024);
    tool_parameters known(budget.account_of("p"));
    for (int i = 0; i < 50; ++i) known.add(large_tool(i));
    EXPECT_GT(known.left_out(), 0U);
    EXPECT_LT(budget.used(), budget.limit());
}

TEST(RemoveExecution, LeavesEveryOtherByte) {
    const auto removed = [](const std::string& result) {
        std::string text;
        jsonrpc::append_result(text, "1", result);
        const std::size_t size = remove_execution(text, result.size());
        return text.substr(text.size() - 1 - size, size);
    };
    EXPECT_EQ(removed(R"({"tools":[{"name":"a","execution":{"taskSupport":"required"},"x":1.0},{"execution":{}},{ "y" : "execution" }],"z":1e0})"),
              R"({"tools":[{"name":"a","x":1.0},{},{ "y" : "execution" }],"z":1e0})");
    for (const char* const same :
         {R"({"tools":[{"name":"a"}]})", "{}", R"({"tools":{"execution":1}})", R"({"execution":{},"tools":[1,"execution"]})"}) {
        EXPECT_EQ(removed(same), same);
    }
}

}  // namespace
}  // namespace bridge::era
