#include "tests/e2e/as_written.hpp"

namespace e2e {
namespace {

constexpr std::string_view id_mark = "@ID@";

std::string with_id(std::string line, const std::string& id) {
    if (const auto at = line.find(id_mark); at != line.npos) line.replace(at, id_mark.size(), id);
    return line;
}

}  // namespace

http_client send_as_written(const hosted_fixture& host, const std::string& target, const header_lines& lines, const std::string& body) {
    std::string text = target + " HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(host.port()) + "\r\n";
    for (const std::string& line : lines) text += line + "\r\n";
    if (target.starts_with("POST")) text += "content-length: " + std::to_string(body.size()) + "\r\n";
    http_client connection = host.connect();
    connection.send_raw(text + "\r\n" + body);
    return connection;
}

http_response answer_to(const hosted_fixture& host, const std::string& target, const header_lines& lines, const std::string& body) {
    http_client connection = send_as_written(host, target, lines, body);
    http_response answer;
    static_cast<response_head&>(answer) = connection.read_head();
    answer.body = connection.read_body();
    return answer;
}

header_lines operator+(header_lines lines, const header_lines& more) {
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

http_response written_client::open(const std::string& body, const header_lines& lines) {
    http_response answer = post(body);
    for (const std::string& line : lines) session_.push_back(with_id(line, answer.header("mcp-session-id")));
    return answer;
}

}  // namespace e2e
