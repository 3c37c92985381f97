// The start of listening.
#pragma once

#include <cstdint>
#include <string>

#include "bridge/app/options.hpp"
#include "bridge/http/handover.hpp"
#include "bridge/http/server.hpp"

namespace bridge::app {

/// The address in the form of a URL or of Host.
std::string authority_of(const std::string& host);

std::string url_of(const std::string& host, std::uint16_t port);

/// Listens as `chosen` says: with `clients`, and with `metrics` if there is a port for it; with `handover`, which may be null, in the place of an
/// older process. Returns the failure in words; empty if there is none.
std::string open_listeners(options& chosen, http::server& clients, http::server& metrics, http::handover* handover);

}  // namespace bridge::app
