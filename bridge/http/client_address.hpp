// Whose address counts as whose.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace bridge::http {

/// What stands for the client at `address` where clients are counted: an IPv4 address as it is, also one that is mapped into IPv6; of any
/// other IPv6 address the network of 64 bits, as a client chooses freely among the addresses in its own.
boost::asio::ip::address network_of(const boost::asio::ip::address& address);

}  // namespace bridge::http
