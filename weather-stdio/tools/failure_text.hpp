// What a tool says when the weather service fails it.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace weather {

/// A sentence for users: what happened and whether trying again helps. Hosts, paths and library texts stay in
/// the log.
std::string failure_text(const boost::system::error_code& error);

/// Put before every text that is made of samples.
inline constexpr const char* sample_notice =
    "SAMPLE DATA, NOT REAL WEATHER: this server runs with --sample and answers from files.\n\n";

}  // namespace weather
