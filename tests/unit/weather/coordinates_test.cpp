#include <gtest/gtest.h>

#include "weather-stdio/nws/weather_service.hpp"

namespace nws {
namespace {

TEST(coordinates, have_at_most_four_decimals_and_no_zeros_at_the_end) {
    EXPECT_EQ(format({39.7456, -97.0892}), "39.7456,-97.0892");
    EXPECT_EQ(format({39.74561234, -97.08921}), "39.7456,-97.0892");
    EXPECT_EQ(format({40, -97.5}), "40,-97.5");
    EXPECT_EQ(format({-0.00001, 0}), "0,0");
    EXPECT_EQ(format({100, -180}), "100,-180");
}

}  // namespace
}  // namespace nws
