#include "bridge/era/outgoing_params.hpp"

#include <gtest/gtest.h>

#include "bridge/jsonrpc/large_envelope.hpp"

namespace bridge::era {
namespace {

const std::string version = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)";

class OutgoingParams : public testing::Test {
protected:
    /// Reads a request with the raw `params`, and then moves it to another text, as the bridge does if there is no child yet.
    void read(const std::string& params, std::string child_state = {}) {
        const std::string first = R"({"jsonrpc":"2.0","id":1,"method":"resources/list","params":)" + params + "}";
        const auto there = jsonrpc::read_envelope(first, 64);
        auto request = modern_request::read(std::get<jsonrpc::envelope>(there), headers_);
        ASSERT_TRUE(request);
        request->child_state = std::move(child_state);
        outgoing_.emplace(std::get<jsonrpc::envelope>(there), *request, 64);
        text_ = R"({"id":1,"jsonrpc":"2.0","method":"resources/list","params":)" + params + "}";
        const auto here = jsonrpc::read_envelope(text_, 64);
        message_ = std::get<jsonrpc::envelope>(here);
    }
    std::string for_modern() {
        outgoing_->fit_modern(message_, text_, false);
        return std::string(message_.params);
    }

    mirrored_headers headers_{.protocol_version = "2026-07-28", .method = "resources/list"};
    std::optional<outgoing_params> outgoing_;
    std::string text_;
    jsonrpc::envelope message_;
};

TEST_F(OutgoingParams, PassAsTheyAre) {
    const std::string params =
        R"({ "cursor" : 1.0,"_meta":{"progressToken":7,)" + version + R"("io.modelcontextprotocol/clientCapabilities":{"extensions":{"x":{}}}}})";
    read(params);
    EXPECT_EQ(for_modern(), params);
    EXPECT_EQ(message_.meta_progress_token, "7");
}

TEST_F(OutgoingParams, LoseTheEnvelopeForALegacyChild) {
    read(R"({"cursor":1.0,"_meta":{"progressToken":7,)" + version + R"("io.modelcontextprotocol/clientCapabilities":{}}})");
    make_legacy(text_, message_, 64);
    EXPECT_EQ(message_.params, R"({"cursor":1.0,"_meta":{"progressToken":7}})");
}

TEST_F(OutgoingParams, HaveTheChildsOwnStateAndNoTasks) {
    const std::string meta = R"("_meta":{)" + version + R"("io.modelcontextprotocol/clientCapabilities":)";
    read(R"({"requestState":"sealed, and long",)" + meta + R"({"extensions":{"io.modelcontextprotocol/tasks":{},"x":{}}},"progressToken":7}})",
         R"("\u0041")");
    EXPECT_EQ(for_modern(), R"({"requestState":"\u0041",)" + meta + R"({"extensions":{"x":{}}},"progressToken":7}})");
    EXPECT_EQ(message_.meta_progress_token, "7");
    EXPECT_EQ(message_.id, "1");
}

// A copy would take long.
TEST_F(OutgoingParams, KeepTheirPlaceIfTheyAreLong) {
    const std::string filler = R"(,"filler":")" + std::string(jsonrpc::slice_bytes, 'x') + '"';
    const std::string meta = R"("_meta":{)" + version + R"("io.modelcontextprotocol/clientCapabilities":{}})";
    read(R"({"requestState":"sealed")" + filler + ',' + meta + '}', R"("own")");
    const char* const before = text_.data();
    EXPECT_EQ(for_modern(), R"({"requestState":"own"   )" + filler + ',' + meta + '}');
    EXPECT_EQ(text_.data(), before);
}

}  // namespace
}  // namespace bridge::era
