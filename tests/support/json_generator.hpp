// Random JSON that is hard to pass on unchanged: odd numbers, every escape, duplicate keys, all kinds of
// white space.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace test_support {

/// The same seed gives the same texts.
class json_generator {
public:
    explicit json_generator(std::uint64_t seed) : random_(seed) {}

    /// An object or a value of at most `depth` levels. White space between tokens includes line breaks.
    std::string object(unsigned depth);
    std::string value(unsigned depth);
    std::string string();
    std::string number();
    std::string space();

    /// A number from 0 to `limit` - 1.
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

private:
    std::string array(unsigned depth);
    std::string key();
    template <class List>
    std::string one_of(const List& list) {
        return std::string(list[below(std::size(list))]);
    }

    std::mt19937_64 random_;
};

/// What a transport that works by lines may change: line breaks between tokens become blanks.
std::string on_one_line(std::string text);

}  // namespace test_support
