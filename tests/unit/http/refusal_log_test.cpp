#include "bridge/http/refusal_log.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::http {
namespace {

using jsonrpc::error_code::server_error;
using jsonrpc::error_code::session_not_found;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RefusalLog : public testing::Test {
protected:
    void SetUp() override {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
        spdlog::set_pattern("%l %v");
        secrets_.add("known-secret");
    }

    /// The lines that this refusal adds to the log.
    std::string line_of(const problem& refusal) {
        text_.str({});
        log_.record(boost::asio::ip::make_address("192.0.2.7"), refusal, now_);
        return text_.str();
    }

    std::ostringstream text_;
    core::redactor secrets_;
    refusal_log log_{&secrets_};
    core::clock::time_point now_{1h};
};

TEST_F(RefusalLog, NamesTheClientTheReasonAndTheRemedy) {
    EXPECT_THAT(line_of({statuses::not_found, session_not_found, "Session not found", {}}),
                AllOf(HasSubstr("info refused a request of 192.0.2.7 with 404: Session not found; "), HasSubstr("initialize")));
    EXPECT_THAT(line_of({statuses::content_too_large, server_error, "Content Too Large", {}}),
                AllOf(HasSubstr("warning "), HasSubstr("--max-body-size")));
    EXPECT_THAT(line_of({statuses::too_many_requests, server_error, "too many", {}}), HasSubstr("--max-session-requests"));
    EXPECT_THAT(line_of({statuses::headers_too_large, server_error, "long", {}}), HasSubstr("max-header-size"));
}

TEST_F(RefusalLog, HasOneLineASecondForEachKind) {
    const problem wrong_type{statuses::unsupported_media_type, server_error, "Content-Type must be application/json", {}};
    EXPECT_THAT(line_of(wrong_type), HasSubstr("415"));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(line_of(wrong_type), "");
    EXPECT_THAT(line_of({statuses::not_acceptable, server_error, "Accept", {}}), HasSubstr("406")) << "another kind";
    now_ += 1s;
    EXPECT_THAT(line_of(wrong_type), HasSubstr("(and 1000 more like this before)"));
}

TEST_F(RefusalLog, HidesSecretsAndIsShort) {
    const std::string line = line_of({statuses::not_found, server_error, "no\nsuch\x1b[31m known-secret " + std::string(100'000, 'x'), {}});
    EXPECT_THAT(line, AllOf(HasSubstr(R"(no\x0asuch\x1b[31m ***)"), Not(HasSubstr("known-secret"))));
    EXPECT_LT(line.size(), 1500U);
}

TEST_F(RefusalLog, LeavesOutWhatTheProtocolNeedsAnyway) {
    problem usual{statuses::method_not_allowed, server_error, "GET opens the stream of a session", {}};
    usual.is_usual = true;
    EXPECT_EQ(line_of(usual), "");
    spdlog::set_level(spdlog::level::debug);
    EXPECT_THAT(line_of(usual), HasSubstr("debug refused"));
}

}  // namespace
}  // namespace bridge::http
