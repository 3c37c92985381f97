// Calls, cancellation, batches and broken messages.
#include "tests/unit/weather/protocol_fixture.hpp"

namespace stdio_server {
namespace {

using nlohmann::json;

class protocol_calls : public protocol_fixture {
protected:
    protocol_calls() { initialize("2025-11-25"); }

    actions cancel(const char* id) {
        return protocol_->receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::string(id) + "}}");
    }
};

TEST_F(protocol_calls, ids_come_back_as_they_were) {
    for (const auto* id : {"0", "-7", "9223372036854775807", "18446744073709551615", "\"\"", "\"0\"", R"("ü\"\\")"}) {
        const auto line = protocol_->finish(start(call(id)), some_result());
        ASSERT_TRUE(line);
        EXPECT_EQ(json::parse(*line)["id"].dump(), id);
    }
}

TEST_F(protocol_calls, ids_that_mcp_does_not_know_are_refused) {
    for (const auto* id : {"null", "1.5", "1.0", "true", "[]", "{}", "99999999999999999999999"}) {
        const auto answered = answer(call(id));
        EXPECT_EQ(error_code_of(answered), -32600) << id;
        EXPECT_TRUE(answered["id"].is_null()) << id;
    }
}

TEST_F(protocol_calls, broken_messages_get_the_error_that_json_rpc_names) {
    const std::pair<const char*, int> cases[] = {
        {"{", -32700},
        {"hello", -32700},
        {"\xff", -32700},
        {"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", -32700},
        {"7", -32600},
        {"\"text\"", -32600},
        {"{}", -32600},
        {R"({"id":1,"method":"ping"})", -32600},
        {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", -32600},
        {R"({"jsonrpc":"2.0","id":1})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":5})", -32600},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"nope"})", -32601},
        {R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})", -32601},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope"}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":[]}})", -32602},
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","_meta":{"progressToken":1.5}}})", -32602},
    };
    for (const auto& [text, code] : cases) EXPECT_EQ(error_code_of(answer(text)), code) << text;
    EXPECT_TRUE(answer("{")["id"].is_null());
    EXPECT_EQ(answer(R"({"jsonrpc":"2.0","id":"k"})")["id"], "k");
}

TEST_F(protocol_calls, what_needs_no_answer_gets_none) {
    for (const auto* text : {"", "  \t\r", R"({"jsonrpc":"2.0","method":"notifications/initialized"})", R"({"jsonrpc":"2.0","method":"unknown"})",
                             R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}})",
                             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}})"}) {
        const auto done = protocol_->receive(text);
        EXPECT_TRUE(done.lines.empty() && done.started.empty() && done.cancelled.empty()) << text;
    }
}

TEST_F(protocol_calls, calls_may_end_in_any_order) {
    const auto first = start(call("1"));
    const auto second = start(call("2"));
    EXPECT_EQ(json::parse(*protocol_->finish(second, some_result()))["id"], 2);
    EXPECT_EQ(json::parse(*protocol_->finish(first, some_result()))["id"], 1);
}

TEST_F(protocol_calls, a_cancelled_call_gets_no_answer_and_frees_its_id) {
    for (const auto* id : {"0", "7", "\"7\""}) {
        const auto key = start(call(id));
        EXPECT_EQ(cancel(id).cancelled, std::vector<call_key>{key});
        EXPECT_TRUE(cancel(id).cancelled.empty());
        const auto again = start(call(id));
        EXPECT_EQ(protocol_->finish(key, some_result()), std::nullopt);
        EXPECT_TRUE(protocol_->finish(again, some_result()));
    }
}

TEST_F(protocol_calls, ids_of_another_type_are_other_ids) {
    const auto key = start(call("7"));
    EXPECT_TRUE(cancel("\"7\"").cancelled.empty());
    EXPECT_TRUE(protocol_->finish(key, some_result()));
}

TEST_F(protocol_calls, an_id_in_flight_is_not_taken_twice) {
    const auto key = start(call("7"));
    EXPECT_EQ(error_code_of(answer(call("7"))), -32600);
    EXPECT_TRUE(protocol_->finish(key, some_result()));
}

TEST_F(protocol_calls, too_many_calls_are_refused_until_one_ends) {
    const auto key = start(call("1"));
    start(call("2"));
    start(call("3"));
    EXPECT_EQ(error_code_of(answer(call("4"))), -32000);
    cancel("1");
    EXPECT_EQ(error_code_of(answer(call("4"))), -32000) << "a cancelled call holds its place until it has ended";
    protocol_->finish(key, some_result());
    start(call("4"));
}

TEST_F(protocol_calls, progress_goes_to_those_who_asked) {
    const progress_update step{1, 2.0, "half"};
    const auto silent = start(call("1"));
    EXPECT_EQ(protocol_->progress(silent, step), std::nullopt);
    const auto key = start(call("2", R"({"progressToken":0})"));
    const auto line = protocol_->progress(key, step);
    ASSERT_TRUE(line);
    EXPECT_EQ(json::parse(*line)["params"], json::parse(R"({"progressToken":0,"progress":1.0,"total":2.0,"message":"half"})"));
    cancel("2");
    EXPECT_EQ(protocol_->progress(key, step), std::nullopt);
    protocol_->finish(key, some_result());
    EXPECT_EQ(protocol_->progress(key, step), std::nullopt);
}

TEST_F(protocol_calls, the_first_revision_has_no_progress_messages) {
    initialize("2024-11-05");
    const auto line = protocol_->progress(start(call("1", R"({"progressToken":"t"})")), {1, std::nullopt, "half"});
    ASSERT_TRUE(line);
    EXPECT_EQ(json::parse(*line)["params"], json::parse(R"({"progressToken":"t","progress":1.0})"));
}

TEST_F(protocol_calls, a_failed_tool_is_an_internal_error) {
    const auto line = protocol_->fail(start(call("1")), {error_code::internal_error, "Internal error"});
    EXPECT_EQ(error_code_of(json::parse(*line)), -32603);
}

TEST_F(protocol_calls, batches_belong_to_one_revision) {
    EXPECT_EQ(error_code_of(answer(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])")), -32600);
    initialize("2025-03-26");
    const auto answered = answer(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},7])");
    ASSERT_EQ(answered.size(), 2U);
    EXPECT_EQ(answered[0]["id"], 1);
    EXPECT_EQ(error_code_of(answered[1]), -32600);
}

TEST_F(protocol_calls, a_batch_is_answered_as_one_when_its_last_call_has_ended) {
    initialize("2025-03-26");
    const auto done = protocol_->receive("[" + call("1") + "," + call("2") + R"(,{"jsonrpc":"2.0","id":3,"method":"ping"}])");
    EXPECT_TRUE(done.lines.empty());
    ASSERT_EQ(done.started.size(), 2U);
    EXPECT_EQ(protocol_->finish(done.started[1].key, some_result()), std::nullopt);
    cancel("1");
    const auto line = protocol_->finish(done.started[0].key, some_result());
    ASSERT_TRUE(line);
    const auto answers = json::parse(*line);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0]["id"], 3);
    EXPECT_EQ(answers[1]["id"], 2);
}

TEST_F(protocol_calls, batches_have_bounds) {
    initialize("2025-03-26");
    EXPECT_EQ(error_code_of(answer("[]")), -32600);
    EXPECT_EQ(error_code_of(answer("[1,2,3,4,5]")), -32600);
    EXPECT_TRUE(protocol_->receive(R"([{"jsonrpc":"2.0","method":"x"}])").lines.empty());
    EXPECT_EQ(error_code_of(answer(R"([{"jsonrpc":"2.0","id":1,"method":"initialize"}])")[0]), -32600);
    EXPECT_EQ(error_code_of(answer("[" + modern_request("1", "tools/list") + "]")[0]), -32600);
}

TEST_F(protocol_calls, long_names_are_not_repeated_in_full) {
    const auto answered = answer(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(100'000, 'x') + "\"}");
    EXPECT_LT(answered.dump().size(), 300U);
}

}  // namespace
}  // namespace stdio_server
