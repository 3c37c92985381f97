// The text of a request's head.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

namespace bridge::http {

/// Keeps the lines of a head. A line never moves, so views of it are valid as long as this object lives.
class head_text {
public:
    head_text() = default;
    head_text(const head_text&) = delete;
    head_text& operator=(const head_text&) = delete;

    /// Adds the line `name` `separator` `value`, and returns it.
    std::string_view add(std::string_view name, char separator, std::string_view value);

    /// Returns all lines, each with its line end.
    std::string text() const;

private:
    char* room_for(std::size_t bytes);

    // The head of a usual request fits into this block. The other lines come from the heap. Bytes that were not written have no value.
    std::array<char, 1024> block_;
    std::size_t used_ = 0;
    std::list<std::string> rest_;
};

}  // namespace bridge::http
