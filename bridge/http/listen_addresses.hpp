// The addresses that the name of a listener stands for.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <string_view>
#include <vector>

namespace bridge::http {

/// Returns the addresses on which a server listens for `host`: those of an IP address, or 127.0.0.1 and ::1 for "localhost". Clients that connect to
/// localhost use either. No resolver is asked, because the name always stands for these addresses (RFC 6761, section 6.3). Returns nothing for any
/// other name.
std::vector<boost::asio::ip::address> listen_addresses(std::string_view host);

/// True if a listener for `host` can be reached from this machine only.
bool is_loopback_host(std::string_view host);

}  // namespace bridge::http
