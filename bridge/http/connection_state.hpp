// The state that a connection shares with the server.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/http/departure_watch.hpp"
#include "bridge/http/transfer.hpp"

namespace bridge::http {

struct problem;

/// A reply that is sent while its messages arrive, as the server sees it.
class live_stream {
public:
    virtual ~live_stream() = default;

    /// Called when the client has closed its side; see `connection_state::client_left`.
    virtual void on_departure() = 0;

    /// True once messages were lost because the client reads too slowly.
    virtual bool has_overflowed() const = 0;
};

/// The state that a connection shares with the server. A client that has closed its side may have left, or may only have finished sending: TCP does
/// not tell the two apart. So a plain answer is still sent to it, and no stream.
struct connection_state {
    core::clock::time_point deadline = core::clock::time_point::max();  ///< the server closes the connection at this time
    live_stream* current_stream = nullptr;                              ///< the reply that is sent while its messages arrive; null for none
    bool client_left = false;                                           ///< the client has closed its side meanwhile
    transfer moving;                                                    ///< the body that is received, or the reply that the client reads slowly
    bool is_sending = false;                           ///< `moving` is a reply: the sweep checks how much of it has reached the client
    std::size_t handed_over = 0;                       ///< bytes of the reply that were passed to the kernel
    bool is_shed = false;                              ///< closed because memory is short: data that waits for the client is dropped
    std::function<void()> on_departure{};              ///< called once when the client leaves, while no stream is sent but the reply is still awaited
    departure_watch::entry departure{};                ///< a reply that waits begins it, and so learns of the departure
    std::function<void(const problem&)> on_refusal{};  ///< called when a request is refused; logs it
    /// Passes the request, whose body was read, to the process before this one that has what is called so. Returns false if there is none. Otherwise
    /// the request gets no reply here.
    std::function<core::task<bool>(std::string)> pass_to_owner{};

    /// Records that the client has closed its side, and notifies the code that serves its request.
    void report_departure();
};

}  // namespace bridge::http
