#include "weather-stdio/tools/failure_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weather-stdio/nws/http_error.hpp"

namespace weather {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(failure_text, says_what_happened_and_whether_to_try_again) {
    EXPECT_THAT(failure_text(nws::status_error(500)), HasSubstr("HTTP status 500. Trying again"));
    EXPECT_THAT(failure_text(nws::status_error(429)), HasSubstr("Trying again"));
    EXPECT_THAT(failure_text(nws::status_error(403)), Not(HasSubstr("Trying again")));
    EXPECT_THAT(failure_text(nws::http_errc::timed_out), HasSubstr("did not answer in time. Trying again"));
    EXPECT_THAT(failure_text(nws::http_errc::untrusted), HasSubstr("certificate is not trusted."));
}

TEST(failure_text, keeps_other_libraries_texts_to_itself) {
    const boost::system::error_code other(2, boost::system::system_category());
    EXPECT_THAT(failure_text(other), Not(HasSubstr(other.message())));
}

}  // namespace
}  // namespace weather
