// The messages between two processes of which one replaces the other.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/core/unique_fd.hpp"

namespace bridge::http {

enum class handover_kind : std::uint8_t {
    listeners = 1,     ///< asks for the listening sockets; the answer has them
    succession = 2,    ///< the sender listens: the receiver stops listening, and passes connections on to the sender
    to_owner = 3,      ///< a connection whose request names a session of the receiver
    to_successor = 4,  ///< a connection that is idle, or whose request names no session of the sender
    done = 10,         ///< answer: the receiver has what the message brought, or does what it asks
    unknown = 11,      ///< answer: the receiver has no such session
    refused = 12,      ///< answer: the receiver cannot do it
};

/// One message. The format of its bytes must stay as it is, because the two processes can be of different versions.
struct handover_message {
    handover_kind kind = handover_kind::refused;
    std::string session{};  ///< the session that the request of a connection names
    /// The bytes of a connection that were read already. For listening sockets a letter each: c for clients, m for metrics; a capital letter if a
    /// service manager has the socket open.
    std::string received{};
    std::vector<core::unique_fd> descriptors{};
};

inline constexpr std::size_t most_passed_descriptors = 16;

/// Sends one message over a Unix socket in steps. Does not wait.
class handover_sender {
public:
    /// `descriptors` are sent beside those of the message, and stay the caller's.
    handover_sender(const handover_message& message, std::vector<int> descriptors);

    /// Sends as much as the socket accepts. Returns 0 once everything is sent, EAGAIN if the rest must wait, else the error.
    int advance(int socket);

private:
    std::string bytes_;
    std::vector<int> descriptors_;
    std::size_t sent_ = 0;
};

/// Receives one message from a Unix socket in steps. Does not wait.
class handover_receiver {
public:
    /// `most` is the longest `received` that is accepted.
    explicit handover_receiver(std::size_t most) : most_(most) {}

    /// Receives what is there. Returns 0 once the message is complete, EAGAIN if the rest must be waited for, ECONNRESET at the end of the stream,
    /// EPROTO if the bytes are no message, else the error.
    int advance(int socket);

    /// The message, after `advance` returned 0.
    handover_message message();

private:
    std::size_t wanted() const;

    std::size_t most_;
    std::string bytes_;
    std::vector<core::unique_fd> descriptors_;
};

}  // namespace bridge::http
