#include "bridge/jsonrpc/ids.hpp"

#include <gtest/gtest.h>

#include <string>

#include "bridge/core/steps.hpp"

namespace bridge::jsonrpc {
namespace {

TEST(Ids, AreStringsAndNumbersWithoutAFraction) {
    for (const char* raw : {"0", "-1", "5", "1.0", "-1.0", "1.00e0", "1e0", "1E+2", "10e-1", "1.5e1", "0.0", "0e5", "0.1e1",
                            "1e999999999999999999999", "123456789012345678901234567890", "0e-999999999999999999999"}) {
        EXPECT_TRUE(is_integer(raw)) << raw;
        EXPECT_TRUE(is_id(raw)) << raw;
    }
    for (const char* raw : {"1.5", "-0.1", "1e-1", "15e-2", "1.05e1", "1e-999999999999999999999", "", "null", "true", "{}", "[]"}) {
        EXPECT_FALSE(is_integer(raw)) << raw;
        EXPECT_FALSE(is_id(raw)) << raw;
    }
    EXPECT_TRUE(is_id("\"\""));
    EXPECT_FALSE(is_integer("\"1\""));
}

TEST(MintedNumber, TakesWhatALinkCouldHaveMinted) {
    for (const char* raw : {"5", "\"5\"", "5.0", "5e0", "0.5e1", "50e-1", "5.00"}) EXPECT_EQ(minted_number(raw), 5U) << raw;
    EXPECT_EQ(minted_number("1e2"), 100U);
    EXPECT_EQ(minted_number("9007199254740991"), 9007199254740991U);
    EXPECT_EQ(minted_number("9007199254740991.0"), 9007199254740991U);
    for (const char* raw : {"", "0", "0.0", "-1", "-1.0", "1.5", "05", "\"\"", "\"", "null", "\"x\"", "9007199254740992", "9007199254740992.0",
                            "99999999999999999999", "1e16", "1e99999999999999999999", "\"5", "\"5.0\"", "{}"}) {
        EXPECT_EQ(minted_number(raw), std::nullopt) << raw;
    }
}

// One turn of the loop read 60 MB of digits. `too_long_part` refuses such an id for its length.
TEST(Ids, AreNotReadWhereTheyAreTooLong) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    for (const std::string& raw : {"1." + std::string(1'000'000, '0'), std::string(1'000'000, '1'), "1e" + std::string(1'000'000, '9')}) {
        const std::uint64_t before = core::counted_steps;
        EXPECT_TRUE(is_id(raw));
        EXPECT_EQ(minted_number(raw), std::nullopt);
        EXPECT_FALSE(are_equal_ids(raw, "1"));
        EXPECT_LT(core::counted_steps - before, 100U);
    }
}

TEST(Ids, AreEqualByTheirValue) {
    EXPECT_TRUE(are_equal_ids("1", "1.0"));
    EXPECT_TRUE(are_equal_ids("1e2", "100"));
    EXPECT_TRUE(are_equal_ids("-1.0", "-10e-1"));
    EXPECT_TRUE(are_equal_ids("\"a\"", "\"a\""));
    EXPECT_TRUE(are_equal_ids("0.0", "0"));
    EXPECT_FALSE(are_equal_ids("1.0", "-1"));
    EXPECT_FALSE(are_equal_ids("1", "10"));
    EXPECT_FALSE(are_equal_ids("1.0", "10"));
    EXPECT_FALSE(are_equal_ids("1.0", "\"1.0\""));
    EXPECT_FALSE(are_equal_ids("1", "\"1\""));
}

}  // namespace
}  // namespace bridge::jsonrpc
