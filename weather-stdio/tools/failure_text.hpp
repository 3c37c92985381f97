// The text of a tool whose request to the weather service failed.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace weather {

/// Returns a sentence for users: what happened, and whether another try can help. Hosts, paths and library texts appear only in the log.
std::string failure_text(const boost::system::error_code& error);

/// The first line of every text that is made from samples.
inline constexpr const char* sample_notice = "SAMPLE DATA, NOT REAL WEATHER: this server runs with --sample and answers from files.\n\n";

}  // namespace weather
