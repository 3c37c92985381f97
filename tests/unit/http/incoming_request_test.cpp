#include "bridge/http/incoming_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>

namespace bridge::http {
namespace {

using testing::HasSubstr;
using error = boost::beast::http::error;

constexpr std::size_t header_bytes = 1024;

class incoming : public testing::Test {
protected:
    boost::system::error_code put(std::string_view bytes) {
        buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(bytes.size()), boost::asio::buffer(bytes)));
        return request_.parse();
    }

    // The reply to a request that cannot be read.
    std::string fault_of(std::string_view bytes) {
        const auto failed = put(bytes);
        const std::optional<problem> fault = failed ? request_.fault(failed) : request_.read_head();
        return fault ? std::to_string(fault->what.code) + " " + fault->text : "";
    }

    boost::beast::flat_buffer buffer_;
    incoming_request request_{buffer_, header_bytes};
};

TEST_F(incoming, has_its_head_once_that_has_ended_and_its_body_once_it_is_wanted) {
    EXPECT_EQ(put("POST /mcp?a=1 HTTP/1.1\r\nHost: x\r\nContent-"), error::need_more);
    EXPECT_FALSE(put("Length: 4\r\n\r\nab"));
    ASSERT_FALSE(request_.read_head());
    EXPECT_EQ(request_.head().method, "POST");
    EXPECT_EQ(request_.head().path, "/mcp");
    EXPECT_EQ(request_.head().query, "a=1");
    EXPECT_EQ(request_.head().body_bytes, 4U);
    request_.begin_body(10, true, {});
    EXPECT_EQ(request_.parse(), error::need_more);
    EXPECT_FALSE(put("cdGET /"));
    EXPECT_EQ(request_.body().text, "abcd");
    EXPECT_EQ(buffer_.size(), 5U) << "the next request stays in the buffer";
}

TEST_F(incoming, can_be_passed_on_to_another_reader) {
    EXPECT_FALSE(put("POST /mcp?a=1 HTTP/1.1\r\nHost:  x\r\nX-Other: kept\r\nAccept: a\r\nAccept: b\r\nContent-Length: 4\r\n\r\nab"));
    ASSERT_FALSE(request_.read_head());
    EXPECT_EQ(request_.head_in_words(), "POST /mcp?a=1 HTTP/1.1\r\nHost:x\r\nX-Other:kept\r\nAccept:a\r\nAccept:b\r\nContent-Length:4\r\n\r\n");
    EXPECT_EQ(buffer_.size(), 2U) << "the bytes behind the head stay in the buffer";
}

TEST_F(incoming, can_be_passed_on_after_its_body_was_read) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nexpect: 100-continue\r\nContent-Length: 4\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(10, true, {});
    EXPECT_FALSE(put("abcd"));
    EXPECT_EQ(request_.text(), "POST / HTTP/1.1\r\nHost:x\r\nContent-Length:4\r\n\r\nabcd");
}

TEST_F(incoming, can_be_passed_on_after_its_chunks_were_read) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(100, true, {});
    EXPECT_FALSE(put("9;e=1\r\nabcdefghi\r\n8\r\njklmnopq\r\n0\r\n\r\n"));
    EXPECT_EQ(request_.text(), "POST / HTTP/1.1\r\nHost:x\r\nTransfer-Encoding:chunked\r\n\r\n11\r\nabcdefghijklmnopq\r\n0\r\n\r\n");
}

// Its first lines are in one place, and the others elsewhere.
TEST(incoming_with_a_long_head, keeps_all_of_it_in_its_order) {
    boost::beast::flat_buffer buffer;
    incoming_request request(buffer, 64 * 1024);
    std::string words = "POST /mcp?a=1 HTTP/1.1\r\nHost:x\r\n";
    for (int i = 0; i < 100; ++i) words += "X-Field-" + std::to_string(i) + ':' + std::string(i % 2 == 0 ? 10 : 400, 'v') + "\r\n";
    words += "Mcp-Session-Id:last\r\nAccept:a\r\n\r\n";
    // In pieces, as a slow client sends it.
    boost::system::error_code outcome;
    for (std::size_t at = 0; at < words.size(); at += 1000) {
        const std::string_view piece = std::string_view(words).substr(at, 1000);
        buffer.commit(boost::asio::buffer_copy(buffer.prepare(piece.size()), boost::asio::buffer(piece)));
        outcome = request.parse();
    }
    ASSERT_FALSE(outcome);
    ASSERT_FALSE(request.read_head());
    EXPECT_EQ(request.head_in_words(), words);
    EXPECT_EQ(request.head().path, "/mcp");
    EXPECT_EQ(request.head().host, "x");
    EXPECT_EQ(request.head().session_id, "last");
    EXPECT_EQ(request.head().accept, "a");
}

TEST_F(incoming, takes_no_field_behind_its_body_for_one_of_its_head) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(10, true, {});
    EXPECT_FALSE(put("1\r\na\r\n0\r\nAuthorization: b\r\nAccept: c\r\n\r\n"));
    EXPECT_EQ(request_.head().authorization, "");
    EXPECT_EQ(request_.text(), "POST / HTTP/1.1\r\nHost:x\r\nTransfer-Encoding:chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
}

TEST_F(incoming, keeps_nothing_of_a_body_that_nobody_wants) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(10, false, {});
    EXPECT_FALSE(put("abcd"));
    EXPECT_EQ(request_.body().text, "");
}

TEST_F(incoming, has_no_body_beyond_its_bound) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(4, true, {});
    EXPECT_EQ(put("5\r\nabcde\r\n0\r\n\r\n"), error::body_limit);
}

// Otherwise a small body could be megabytes long.
TEST_F(incoming, has_no_chunk_extensions_beyond_the_bound_of_a_head) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(10'000, true, {});
    const std::string chunk = "1;" + std::string(header_bytes / 2 - 10, 'e') + "\r\na\r\n";
    EXPECT_EQ(put(chunk), error::need_more);
    EXPECT_EQ(put(chunk), error::need_more);
    EXPECT_EQ(put(chunk), error::header_limit);
}

TEST_F(incoming, has_no_folded_trailer) {
    EXPECT_FALSE(put("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_FALSE(request_.read_head());
    request_.begin_body(10, true, {});
    EXPECT_EQ(put("1\r\na\r\n0\r\nA: b\r\n c\r\n\r\n"), error::bad_obs_fold);
}

TEST_F(incoming, says_what_is_wrong_with_it) {
    EXPECT_THAT(fault_of("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"), HasSubstr("400 Bad Request: malformed HTTP: more than one Host"));
}

TEST_F(incoming, says_that_its_line_is_too_long) {
    EXPECT_THAT(fault_of("GET /" + std::string(2 * header_bytes, 'a')), HasSubstr("414"));
}

TEST_F(incoming, says_that_its_headers_are_too_long) {
    EXPECT_THAT(fault_of("GET / HTTP/1.1\r\nA: " + std::string(2 * header_bytes, 'a')), HasSubstr("431"));
}

TEST_F(incoming, deserves_no_reply_if_the_client_has_gone) {
    EXPECT_FALSE(request_.fault(error::end_of_stream));
    EXPECT_FALSE(request_.fault(error::partial_message));
}

}  // namespace
}  // namespace bridge::http
