#include "bridge/http/listen_addresses.hpp"

#include <algorithm>

#include "bridge/http/request.hpp"

namespace bridge::http {

namespace ip = boost::asio::ip;

std::vector<ip::address> listen_addresses(std::string_view host) {
    if (same_name(host, "localhost")) return {ip::address_v4::loopback(), ip::address_v6::loopback()};
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (error) return {};
    return {address};
}

bool is_loopback_host(std::string_view host) {
    const std::vector<ip::address> addresses = listen_addresses(host);
    return !addresses.empty() && std::ranges::all_of(addresses, [](const ip::address& each) { return each.is_loopback(); });
}

}  // namespace bridge::http
