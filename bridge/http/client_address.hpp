// The address that identifies a client where clients are counted.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace bridge::http {

/// Returns the address that stands for the client at `address`. For an IPv4 address, also one that is mapped into IPv6, it is the IPv4
/// address itself. For any other IPv6 address it is the network of 64 bits, because a client can choose freely among the addresses in its
/// network.
boost::asio::ip::address network_of(const boost::asio::ip::address& address);

}  // namespace bridge::http
