// The owner of the requests in flight.
#pragma once

#include "bridge/core/event.hpp"

namespace bridge::session {

class exchange;
class stream;

/// Holds exchanges while they are in flight.
class exchange_owner {
public:
    virtual ~exchange_owner() = default;

    /// The exchange was settled at `now`: nothing more follows for it. The owner may release it.
    virtual void on_settled(exchange& settled, core::clock::time_point now) = 0;

    /// The stream for messages of an exchange whose own stream cannot carry them; null if the client reads none.
    virtual stream* spare_stream() const = 0;
};

}  // namespace bridge::session
