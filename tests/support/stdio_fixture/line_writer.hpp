// Writes lines to stdout in the way that the options ask for.
#pragma once

#include <string>
#include <string_view>

namespace fixture {

class line_writer {
public:
    line_writer(std::string line_end, bool byte_order_mark, bool bytewise);

    void write(std::string_view line);

    /// As write, but byte by byte, so that the reader sees every multi-byte character in pieces.
    void write_bytewise(std::string_view line);

private:
    std::string complete(std::string_view line);

    std::string line_end_;
    std::string prefix_;
    bool bytewise_;
};

/// Writes all of `bytes` to the descriptor, or ends the process if nobody reads any more.
void write_all(int fd, std::string_view bytes);

}  // namespace fixture
