// One row for each bound of the program: how it is hit, and what whoever hits it is told.
#pragma once

#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {

struct bound_hit {
    std::string limit;  ///< as /metrics names it
    hosting how;
    std::function<void(hosted_fixture&)> exceed;        ///< goes over it, and looks at the answer
    std::set<std::string> also{};                       ///< other limits that this way to hit it hits too
    std::function<void(hosted_fixture&)> afterwards{};  ///< what becomes of it once it was counted
};

inline void PrintTo(const bound_hit& each, std::ostream* out) {
    *out << each.limit;
}

std::vector<bound_hit> bounds_of_requests();   ///< sizes and numbers that a request meets
std::vector<bound_hit> bounds_of_time();       ///< deadlines of connections, requests, sessions
std::vector<bound_hit> bounds_of_streams();    ///< what waits for clients
std::vector<bound_hit> bounds_of_processes();  ///< server processes, and the bridge's own

/// An answer that refuses: its status, the code and the words of its error.
void expect_refusal(const http_response& answer, int status, long code, const std::string& says);
/// The same of what came as a JSON-RPC answer.
void expect_refusal(const mcp_answer& answer, int status, long code, const std::string& says);

/// A call of `slow` that is not answered, and has reached the server.
http_client begin_endless(const hosted_fixture& host, mcp_session& session, const std::string& caller);

}  // namespace e2e
