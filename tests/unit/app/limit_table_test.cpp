#include "bridge/app/limit_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

core::limits with(const char* name, const std::string& value) {
    core::limits out;
    EXPECT_EQ(read_value(*find_limit(name), value, out), "") << name << '=' << value;
    return out;
}

std::string mistake_of(const char* name, const std::string& value) {
    core::limits ignored;
    return read_value(*find_limit(name), value, ignored);
}

TEST(limit_table, reads_sizes_with_units) {
    EXPECT_EQ(with("max-header-size", "1").header_bytes, 1U);
    EXPECT_EQ(with("max-header-size", "64KiB").header_bytes, 65536U);
    EXPECT_EQ(with("max-header-size", "64 kb").header_bytes, 65536U);
    EXPECT_EQ(with("max-header-size", "64K").header_bytes, 65536U);
    EXPECT_EQ(with("max-stream-size", "3GiB").stream_bytes, std::size_t{3} << 30U);
    EXPECT_EQ(with("max-stream-size", "1TiB").stream_bytes, std::size_t{1} << 40U);
    EXPECT_EQ(with("max-stream-size", "12B").stream_bytes, 12U);
}

TEST(limit_table, reads_counts_and_times) {
    EXPECT_EQ(with("max-batch", "10000000").batch_messages, 10'000'000U);
    EXPECT_EQ(with("max-json-depth", "7").json_depth, 7U);
    EXPECT_EQ(with("max-connections-per-address", "0").connections_per_address, 0U);
    EXPECT_EQ(with("hold-timeout", "0.5").hold_timeout, 500ms);
    EXPECT_EQ(with("hold-timeout", "1e3").hold_timeout, 1000s);
    EXPECT_EQ(with("stream-max-age", "0").stream_max_age, 0s);
}

TEST(limit_table, says_what_is_wrong_with_a_value_and_what_to_write) {
    for (const char* value : {"", "big", "-1", "1.5MiB", "1XiB", "1KiBs", "KiB", "0x10", " 1"}) {
        EXPECT_NE(mistake_of("max-header-size", value).find("is not a size: write bytes"), std::string::npos) << value;
    }
    for (const char* value : {"0", "0KiB"}) EXPECT_NE(mistake_of("max-header-size", value).find("smallest value is 1"), std::string::npos);
    for (const char* value : {"4GiB", "18446744073709551616", "18446744073709551615TiB", "16777216TiB"}) {
        EXPECT_NE(mistake_of("max-header-size", value).find("largest value is 1GiB"), std::string::npos) << value;
    }
    for (const char* value : {"", "1.5", "-1", "5KiB", "many"}) {
        EXPECT_NE(mistake_of("max-batch", value).find("is not a whole number"), std::string::npos) << value;
    }
    for (const char* value : {"", "never", "-1", "nan", "-nan", "inf", "1s", "0x1"}) {
        EXPECT_NE(mistake_of("hold-timeout", value).find("is not a time: write seconds"), std::string::npos) << value;
    }
    EXPECT_EQ(mistake_of("hold-timeout", "0"), "\"0\" is too small; the smallest value is 0.001");
    EXPECT_NE(mistake_of("hold-timeout", "1e300").find("is too large"), std::string::npos);
}

TEST(limit_table, shows_defaults_as_a_user_would_write_them) {
    const core::limits defaults;
    const auto shown = [&](const char* name) { return value_of(*find_limit(name), defaults); };
    EXPECT_EQ(shown("max-body-size"), "80MiB");
    EXPECT_EQ(shown("max-stderr-line"), "8KiB");
    EXPECT_EQ(shown("max-sessions"), "1000");
    EXPECT_EQ(shown("restart-delay"), "0.1");
    EXPECT_EQ(shown("ping-after"), "0");
    for (const limit& each : all_limits()) {
        core::limits same;
        if (std::string_view(each.name) == "max-memory") continue;  // its default depends on the machine
        EXPECT_EQ(read_value(each, value_of(each, defaults), same), "") << each.name << " has a default that it refuses";
    }
}

TEST(limit_table, names_each_limit_once_and_says_what_it_does_and_when_to_change_it) {
    std::set<std::string> names;
    for (const limit& each : all_limits()) {
        EXPECT_TRUE(names.insert(each.name).second) << each.name;
        EXPECT_EQ(find_limit(each.name), &each);
        EXPECT_FALSE(std::string_view(each.purpose).ends_with('.')) << each.name;
        EXPECT_TRUE(std::string_view(each.advice).ends_with('.')) << each.name;
    }
    EXPECT_EQ(find_limit("max-nothing"), nullptr);
}

}  // namespace
}  // namespace bridge::app
