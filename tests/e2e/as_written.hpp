// Requests byte for byte as real clients write them.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {

/// Headers in the client's own spelling and order: "accept: */*".
using header_lines = std::vector<std::string>;

/// Sends one request, `target` being like "POST /mcp", and leaves the answer to be read. The host stands before `lines`, and
/// the length of a POST's body behind them.
http_client send_as_written(const hosted_fixture& host, const std::string& target, const header_lines& lines, const std::string& body = {});

/// The same; reads the whole answer.
http_response answer_to(const hosted_fixture& host, const std::string& target, const header_lines& lines, const std::string& body = {});

/// `lines` and `more` behind them.
header_lines operator+(header_lines lines, const header_lines& more);

/// A client that writes the same headers with each request, and those of its session once it has one.
class written_client {
public:
    /// `post` and `get`: what it writes with these methods; `target`: its URL's path and query.
    written_client(const hosted_fixture& host, header_lines post, header_lines get, std::string target = "/mcp")
        : host_(host), post_(std::move(post)), get_(std::move(get)), target_(std::move(target)) {}

    /// Posts `body`, which opens a session with the headers `lines` from then on: "@ID@" in them stands for its id.
    http_response open(const std::string& body, const header_lines& lines);

    http_response post(const std::string& body) const { return answer_to(host_, "POST " + target_, post_ + session_, body); }
    http_client begin_post(const std::string& body) const { return send_as_written(host_, "POST " + target_, post_ + session_, body); }
    http_client begin_get(const header_lines& more = {}) const { return send_as_written(host_, "GET " + target_, get_ + session_ + more); }
    http_response end(const header_lines& lines) const { return answer_to(host_, "DELETE " + target_, lines + session_); }

private:
    const hosted_fixture& host_;
    header_lines post_;
    header_lines get_;
    std::string target_;
    header_lines session_;
};

}  // namespace e2e
