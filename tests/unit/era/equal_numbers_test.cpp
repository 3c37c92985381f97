#include "bridge/era/equal_numbers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bridge::era {
namespace {

TEST(EqualNumbers, AreWrittenInSeveralWays) {
    const std::vector<std::vector<std::string>> equal = {{"42", "42.0", "42.000", "4.2e1", "420E-1", "4200e-2", "0.42e+2"},
                                                         {"0", "-0", "0.0", "0e5", "-0.00E-7"},
                                                         {"-7", "-7.0", "-70e-1"},
                                                         {"10000000000000000", "1e16", "1E+16", "10000000000000000.0"},
                                                         {"9007199254740993", "9007199254740993.0", "9007199254740993e0"},
                                                         {"0.001", "1e-3"}};
    for (const auto& group : equal) {
        for (const std::string& a : group) {
            for (const std::string& b : group) EXPECT_TRUE(are_equal_numbers(a, b)) << a << ' ' << b;
        }
    }
}

TEST(EqualNumbers, AreExactlyEqual) {
    const std::string long_one(10'000, '7');
    const std::vector<std::pair<std::string, std::string>> different = {{"9007199254740993", "9007199254740992"},
                                                                        {"1.0000000001", "1"},
                                                                        {"1e400", "1e401"},
                                                                        {"1e-400", "0"},
                                                                        {"-1", "1"},
                                                                        {"1", "10"},
                                                                        {"0.1", "0.01"},
                                                                        {"101", "11"},
                                                                        {long_one + '1', long_one + '2'}};
    for (const auto& [a, b] : different) {
        EXPECT_FALSE(are_equal_numbers(a, b)) << a << ' ' << b;
        EXPECT_FALSE(are_equal_numbers(b, a)) << a << ' ' << b;
    }
    EXPECT_TRUE(are_equal_numbers(long_one + "1.0", long_one + '1'));
}

TEST(EqualNumbers, AreNumbersOfJson) {
    for (const char* const text : {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1e--5", "1 ", " 1", "0x1", "1_0", "inf", "nan", "true",
                                   "1e1.0", "1e99999999999999999999"}) {
        EXPECT_FALSE(are_equal_numbers(text, text)) << text;
    }
    EXPECT_FALSE(are_equal_numbers("1." + std::string(70'000, '0'), "1")) << "no header has room for it";
}

}  // namespace
}  // namespace bridge::era
