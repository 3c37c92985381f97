#include "bridge/endpoints/message_dispatch.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "bridge/jsonrpc/large_envelope.hpp"
#include "tests/unit/endpoints/posting_client.hpp"

namespace bridge::endpoints {
namespace {

using jsonrpc::envelope;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// The calls of the functions of `recording`.
std::vector<std::string> calls;

core::task<void> record(std::string call) {
    calls.push_back(std::move(call));
    co_return;
}

constexpr message_transport recording{
    .serve_batch = [](endpoint_context&, const request& http_request, reply&) { return record("batch " + http_request.body); },
    .refuse_text = [](endpoint_context&, const request&, const jsonrpc::read_error& error, reply&) { return record("refuse " + error.text); },
    .serve_request = [](endpoint_context&, const request&, const envelope& message, reply&) { return record("request " + std::string(message.id)); },
    .accept_message = [](endpoint_context&, const request&, const envelope& message,
                         reply&) { return record("accept " + std::string(message.method)); },
};

constexpr message_transport without_batches{
    .refuse_text = recording.refuse_text, .serve_request = recording.serve_request, .accept_message = recording.accept_message};

template <const message_transport& Transport>
core::task<void> dispatch_to(endpoint_context& context, const request& http_request, reply& http_reply) {
    return dispatch_message(context, Transport, http_request, http_reply);
}

class MessageDispatch : public posting_client {
protected:
    void SetUp() override {
        posting_client::SetUp();
        calls.clear();
    }

    std::string dispatch(std::string body, const request_head& head = {}) { return post(dispatch_to<recording>, head, std::move(body)); }
};

TEST_F(MessageDispatch, PassesEachKindOfMessageToItsFunction) {
    dispatch(R"({"jsonrpc":"2.0","id":7,"method":"tools/list"})");
    dispatch(R"({"jsonrpc":"2.0","method":"notifications/x"})");
    dispatch(R"({"jsonrpc":"2.0","id":8,"result":{}})");
    dispatch(R"([{"jsonrpc":"2.0","id":9,"method":"ping"}])");
    EXPECT_THAT(calls, ElementsAre("request 7", R"(accept "notifications/x")", "accept ", R"(batch [{"jsonrpc":"2.0","id":9,"method":"ping"}])"));
}

TEST_F(MessageDispatch, LetsTheTransportRefuseATextThatIsNoMessage) {
    dispatch("{");
    dispatch("7");
    dispatch(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m"})");
    post(dispatch_to<without_batches>, {}, "[]");
    EXPECT_THAT(calls, ElementsAre(HasSubstr("at byte"), "refuse not a JSON object", HasSubstr("two members \"id\""), HasSubstr("a batch")));
}

TEST_F(MessageDispatch, RefusesAMessageWithAPartThatIsTooLong) {
    const std::string long_text(core::longest_id_bytes, 'x');
    const std::string reply_to_id = dispatch(R"({"jsonrpc":"2.0","id":")" + long_text + R"(","method":"m"})");
    EXPECT_THAT(reply_to_id, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(reply_to_id, HasSubstr(R"("id":null)"));
    const std::string reply_to_token =
        dispatch(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":")" + long_text + R"("}}})");
    EXPECT_THAT(reply_to_token, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(reply_to_token, HasSubstr(R"("id":1)"));
    EXPECT_THAT(calls, IsEmpty());
}

TEST_F(MessageDispatch, ReadsALargeMessageInSlices) {
    const std::string blanks(2 * jsonrpc::slice_bytes, '\n');
    dispatch(R"({"jsonrpc":"2.0","id":1,)" + blanks + R"("method":"m"})");
    EXPECT_EQ(last_body_.find('\n'), std::string::npos) << "line breaks become spaces, so that the body can be forwarded as it is";
    dispatch(R"([)" + blanks + R"(])");
    dispatch(blanks + "{");
    EXPECT_THAT(calls, ElementsAre("request 1", StartsWith("batch ["), HasSubstr("at byte")));
}

// Without clients of the modern era in the context, that era is not served.
TEST_F(MessageDispatch, TreatsAModernMessageLikeAnyOther) {
    const std::string meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})";
    dispatch(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)" + meta + "}}", {.protocol_version = "2026-07-28"});
    dispatch(R"({"jsonrpc":"2.0","id":2,"method":"server/discover"})");
    dispatch(R"({"jsonrpc":"2.0","method":"notifications/x"})", {.protocol_version = "2026-07-28"});
    EXPECT_THAT(calls, ElementsAre("request 1", "request 2", R"(accept "notifications/x")"));
}

}  // namespace
}  // namespace bridge::endpoints
