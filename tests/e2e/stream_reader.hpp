// What a test keeps of a stream that it reads over several connections.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {

struct stream_reader {
    std::vector<long> steps;       ///< of progress notifications, in the order in which they came
    std::set<std::string> tokens;  ///< their raw tokens
    int answers = 0;
    std::string answer;            ///< the last
    int others = 0;                ///< all other messages
    std::vector<std::string> ids;  ///< of all messages
    std::vector<std::string> comments;
    std::string last_id;  ///< of a message or of a bookmark
    std::string retry;

    /// Reads until that many messages more are there, or the stream ends.
    void take(http_client& connection, int messages) {
        while (messages > 0) {
            const auto event = connection.read_any_event();
            if (!event) return;
            if (note(*event)) --messages;
        }
    }
    void take_all(http_client& connection) { take(connection, std::numeric_limits<int>::max()); }

    long comments_with(std::string_view text) const {
        return std::ranges::count_if(comments, [text](const auto& each) { return each.find(text) != each.npos; });
    }

private:
    bool note(const sse_event& event) {
        if (event.is_comment()) {
            comments.push_back(event.comment);
            return false;
        }
        if (!event.id.empty()) last_id = event.id;
        if (!event.retry.empty()) retry = event.retry;
        if (event.is_bookmark()) return false;
        ids.push_back(event.id);
        if (unquoted(member(event.data, "method")) == "notifications/progress") {
            steps.push_back(integer(at(event.data, "params/progress"), -1));
            tokens.emplace(at(event.data, "params/progressToken"));
        } else if (member(event.data, "method").empty()) {
            ++answers;
            answer = event.data;
        } else {
            ++others;
        }
        return true;
    }
};

inline stream_reader read_on(http_client& connection) {
    stream_reader out;
    out.take_all(connection);
    return out;
}

/// 1, 2 and so on.
inline std::vector<long> up_to(long count) {
    std::vector<long> out(static_cast<std::size_t>(count));
    std::iota(out.begin(), out.end(), 1);
    return out;
}

/// The params of a call with `count` steps of progress, `ms` apart.
inline std::string progress_of(long count, long ms, const std::string& token = R"("t")") {
    return R"({"name":"progress","arguments":{"count":)" + std::to_string(count) + R"(,"ms":)" + std::to_string(ms) +
           R"(},"_meta":{"progressToken":)" + token + "}}";
}

}  // namespace e2e
