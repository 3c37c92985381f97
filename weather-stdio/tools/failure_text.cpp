#include "weather-stdio/tools/failure_text.hpp"

#include "weather-stdio/nws/http_error.hpp"

namespace weather {
namespace {

bool may_pass(const boost::system::error_code& error) {
    if (error.category() == nws::status_category()) return error.value() >= 500 || error.value() == 429;
    return error == nws::http_errc::timed_out || error == nws::http_errc::unreachable || error == nws::http_errc::broken_connection ||
           error == nws::http_errc::unknown_host;
}

}  // namespace

std::string failure_text(const boost::system::error_code& error) {
    std::string text = "The US National Weather Service could not be asked: ";
    const bool is_ours = error.category() == nws::status_category() || error.category() == nws::http_category();
    text += is_ours ? error.message() : "an unexpected error occurred";
    text += ".";
    if (may_pass(error)) text += " Trying again later may help.";
    return text;
}

}  // namespace weather
