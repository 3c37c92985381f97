#include "bridge/app/opening.hpp"

#include <algorithm>

#include "bridge/http/listen_addresses.hpp"
#include "bridge/platform/port_holder.hpp"

namespace bridge::app {
namespace {

// Returns the end of a sentence about a port that cannot be used.
std::string port_advice(std::uint16_t port, const char* option) {
    const std::string holder = platform::port_holder(port);
    return holder.empty() ? std::string() : "; the port is used by " + holder + ". End that process, or choose another port with " + option;
}

// Listens on the sockets of the service manager, or on `host` and `port` if there are none, there with the sockets of an older process. Returns
// the failure in words.
std::string listen(http::server& listener, std::vector<http::given_socket>& given, std::vector<http::given_socket> older, const std::string& host,
                   std::uint16_t port, const char* option) {
    if (!given.empty()) return listener.listen(std::move(given));
    for (const http::given_socket& each : older) {
        const auto is_wanted = [&](const boost::asio::ip::address& address) { return each.is_for(address, port); };
        if (!each.is_managed || std::ranges::any_of(http::listen_addresses(host), is_wanted)) continue;
        return "the process before this one serves " + url_of(each.endpoint.address().to_string(), each.endpoint.port()) +
               ", where the service manager listens; choose this address and port with --host and --port, or with --metrics-listen";
    }
    std::string wrong = listener.listen(host, port, std::move(older));
    if (!wrong.empty()) wrong += port_advice(port, option);
    return wrong;
}

}  // namespace

std::string authority_of(const std::string& host) {
    return host.find(':') != std::string::npos ? '[' + host + ']' : host;
}

std::string url_of(const std::string& host, std::uint16_t port) {
    return "http://" + authority_of(host) + ':' + std::to_string(port);
}

std::string open_listeners(options& chosen, http::server& clients, http::server& metrics, http::handover* handover) {
    http::handover::listeners older;
    std::string wrong = handover != nullptr ? handover->find(older) : std::string();
    if (wrong.empty()) wrong = listen(clients, chosen.sockets.clients, std::move(older.clients), chosen.host, chosen.port, "--port");
    if (wrong.empty() && chosen.metrics_port) {
        wrong = listen(metrics, chosen.sockets.metrics, std::move(older.metrics), chosen.metrics_host, *chosen.metrics_port, "--metrics-listen");
    }
    if (wrong.empty() && handover != nullptr) wrong = handover->begin();
    return wrong;
}

}  // namespace bridge::app
