#include "bridge/core/exposition.hpp"

#include <gtest/gtest.h>

namespace bridge::core {
namespace {

using namespace std::chrono_literals;

TEST(Exposition, WritesAFamilyAsPrometheusReadsIt) {
    exposition out;
    out.begin("a_total", "counter", "Of them.");
    out.sample(3, {{"kind", "x"}, {"how", "y"}});
    out.sample(0.25);
    EXPECT_EQ(out.text(),
              "# HELP a_total Of them.\n"
              "# TYPE a_total counter\n"
              "a_total{kind=\"x\",how=\"y\"} 3\n"
              "a_total 0.25\n");
}

TEST(Exposition, EscapesTheValuesOfLabels) {
    exposition out;
    out.begin("a", "gauge", "b");
    out.sample(1, {{"text", "q\" b\\ n\n"}});
    EXPECT_NE(out.text().find(R"(a{text="q\" b\\ n\n"} 1)"), std::string::npos) << out.text();
}

TEST(Exposition, WritesLargeNumbersExactly) {
    exposition out;
    out.gauge("a", "b", 9007199254740991.0);
    EXPECT_NE(out.text().find("\na 9007199254740991\n"), std::string::npos) << out.text();
}

TEST(Histogram, CountsEachRangeWithAllBelowIt) {
    histogram times;
    times.observe(400us);
    times.observe(500us);  // a bound is in its own range
    times.observe(3ms);
    times.observe(1000s);
    exposition out;
    out.begin("t", "histogram", "Times.");
    out.sample(times, {"of", "x"});
    for (const char* line :
         {"\nt_bucket{of=\"x\",le=\"0.0005\"} 2\n", "\nt_bucket{of=\"x\",le=\"0.0025\"} 2\n", "\nt_bucket{of=\"x\",le=\"0.005\"} 3\n",
          "\nt_bucket{of=\"x\",le=\"300\"} 3\n", "\nt_bucket{of=\"x\",le=\"+Inf\"} 4\n", "\nt_count{of=\"x\"} 4\n"}) {
        EXPECT_NE(out.text().find(line), std::string::npos) << line << out.text();
    }
    EXPECT_NEAR(times.sum(), 1000.0039, 1e-9);
}

}  // namespace
}  // namespace bridge::core
