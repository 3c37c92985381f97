// The way of a connection to another process of the same service.
#pragma once

#include <string>

#include "bridge/core/async.hpp"

namespace bridge::http {

/// The outcome of an attempt to pass a connection on.
enum class passing {
    passed,   ///< the other process serves the connection: close it here without a word
    stays,    ///< no other process wants it
    busy,     ///< the process that has the session cannot serve it now
    unclear,  ///< the other process may serve it, or may not: close it here without a word
};

/// While a process replaces another one, both live: the new process has all listeners, and the old one its sessions. A connection goes to the process
/// that has the session which its request names, as a descriptor, together with the bytes of it that were read.
class connection_passing {
public:
    virtual ~connection_passing() = default;

    /// True once another process has replaced this one.
    virtual bool is_succeeded() const = 0;

    /// True while a process that this one has replaced still has sessions.
    virtual bool has_predecessor() const = 0;

    /// Passes the connection `descriptor` to the process that has replaced this one.
    virtual core::task<passing> pass_to_successor(int descriptor, std::string received) = 0;

    /// Passes the connection `descriptor`, whose request names `session`, to the process that has this session.
    virtual core::task<passing> pass_to_owner(int descriptor, std::string session, std::string received) = 0;
};

}  // namespace bridge::http
