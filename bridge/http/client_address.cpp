#include "bridge/http/client_address.hpp"

#include <algorithm>
#include <cstdint>

namespace bridge::http {

namespace ip = boost::asio::ip;

ip::address network_of(const ip::address& address) {
    if (!address.is_v6()) return address;
    const ip::address_v6 whole = address.to_v6();
    if (whole.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, whole);
    auto bytes = whole.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return ip::address_v6(bytes);
}

}  // namespace bridge::http
