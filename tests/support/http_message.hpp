// HTTP/1.1 messages as a test reads them: by hand, so that no library hides what is on the wire.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace test_support {

/// What comes before the body. Header names are in lower case.
struct response_head {
    int status = 0;
    std::multimap<std::string, std::string> headers;

    /// The first value of that name (in lower case); empty if there is none.
    std::string header(const std::string& name) const;
    bool is_chunked() const { return header("transfer-encoding") == "chunked"; }
    bool is_event_stream() const { return header("content-type").starts_with("text/event-stream"); }
};

/// Reads the head of a response without its closing empty line.
response_head parse_response_head(std::string_view text);

/// Takes one chunk off the front of `buffer`: its data, empty for the last one. Nothing while it is incomplete.
std::optional<std::string> take_chunk(std::string& buffer);

std::string lower_case(std::string_view text);

}  // namespace test_support
