#include "weather-stdio/tools/area_codes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weather {
namespace {

TEST(area_codes, are_found_in_any_case) {
    EXPECT_EQ(find_area("CA"), "CA");
    EXPECT_EQ(find_area("ca"), "CA");
    EXPECT_EQ(find_area("pR"), "PR");
    EXPECT_EQ(find_area("gm"), "GM");
    EXPECT_EQ(area_name("CA"), "California");
}

TEST(area_codes, others_are_not) {
    for (const auto* code : {"", "C", "ZZ", "CAL", "California", "C A", " CA", "PH\n"}) {
        EXPECT_EQ(find_area(code), std::nullopt) << code;
    }
}

TEST(area_codes, are_listed) {
    EXPECT_THAT(list_areas(), testing::HasSubstr("CA, CO"));
    EXPECT_EQ(list_areas().size(), 74 * 4 - 2U);
}

}  // namespace
}  // namespace weather
