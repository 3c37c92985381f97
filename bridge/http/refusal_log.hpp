// The log of refused requests.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <map>
#include <utility>

#include "bridge/core/bounded_log.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/redactor.hpp"
#include "bridge/http/problem.hpp"

namespace bridge::http {

/// Logs each refused request with its remedy, so that an operator sees why a client fails. Clients can be refused as often as they like, so each kind
/// of refusal (status and JSON-RPC code) has at most one line a second, which counts the lines that were left out. A line has at most 1 KiB, no
/// control characters, and no secret that the bridge knows.
class refusal_log {
public:
    /// `secrets` must outlive this object; null if there are none to hide.
    explicit refusal_log(const core::redactor* secrets = nullptr) : secrets_(secrets) {}

    /// Logs the refusal of a request of `client`. A problem that `is_usual` is logged at level debug only.
    void record(const boost::asio::ip::address& client, const problem& refusal, core::clock::time_point now);

private:
    using kind = std::pair<int, int>;  // status and JSON-RPC code; both come from the source code, so there are few

    const core::redactor* secrets_;
    std::map<kind, core::bounded_log> logs_;
};

}  // namespace bridge::http
