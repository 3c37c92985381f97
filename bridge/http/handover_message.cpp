#include "bridge/http/handover_message.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "bridge/platform/local_socket.hpp"

namespace bridge::http {
namespace {

// The ids of sessions have 32 characters. A client can send any text.
constexpr std::size_t longest_session = 256;

// The first bytes of each message. Both processes run on one machine, so the order of bytes is that of the machine.
struct prefix {
    std::array<char, 4> name{'M', 'C', 'P', 'B'};
    std::uint8_t version = 1;
    std::uint8_t kind = 0;
    std::uint16_t session_bytes = 0;
    std::uint32_t received_bytes = 0;
    std::uint32_t descriptors = 0;
};
static_assert(sizeof(prefix) == 16);

prefix prefix_in(const std::string& bytes) {
    prefix out;
    std::memcpy(&out, bytes.data(), sizeof out);
    return out;
}

bool is_valid(const prefix& first, std::size_t most) {
    return first.name == prefix().name && first.version == prefix().version && first.session_bytes <= longest_session &&
           first.received_bytes <= most && first.descriptors <= most_passed_descriptors;
}

// Room for the descriptors of one message, aligned as the kernel wants it.
struct ancillary {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(most_passed_descriptors * sizeof(int))> bytes{};
};

}  // namespace

handover_sender::handover_sender(const handover_message& message, std::vector<int> descriptors) : descriptors_(std::move(descriptors)) {
    for (const core::unique_fd& each : message.descriptors) descriptors_.push_back(each.get());
    prefix first;
    first.kind = static_cast<std::uint8_t>(message.kind);
    // A longer name is none of a session.
    const std::string session = message.session.substr(0, longest_session);
    first.session_bytes = static_cast<std::uint16_t>(session.size());
    first.received_bytes = static_cast<std::uint32_t>(message.received.size());
    first.descriptors = static_cast<std::uint32_t>(descriptors_.size());
    bytes_.assign(reinterpret_cast<const char*>(&first), sizeof first);
    bytes_ += session;
    bytes_ += message.received;
}

int handover_sender::advance(int socket) {
    while (sent_ < bytes_.size()) {
        iovec part{bytes_.data() + sent_, bytes_.size() - sent_};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        ancillary extra;
        const std::size_t size = descriptors_.size() * sizeof(int);
        // The descriptors go with the first byte.
        if (sent_ == 0 && size > 0) {
            header.msg_control = extra.bytes.data();
            header.msg_controllen = CMSG_SPACE(size);
            cmsghdr* const first = CMSG_FIRSTHDR(&header);
            first->cmsg_level = SOL_SOCKET;
            first->cmsg_type = SCM_RIGHTS;
            first->cmsg_len = CMSG_LEN(size);
            std::memcpy(CMSG_DATA(first), descriptors_.data(), size);
        }
        const ssize_t count = ::sendmsg(socket, &header, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        sent_ += static_cast<std::size_t>(count);
    }
    return 0;
}

// The number of bytes that the message has; at least that of its prefix.
std::size_t handover_receiver::wanted() const {
    if (bytes_.size() < sizeof(prefix)) return sizeof(prefix);
    const prefix first = prefix_in(bytes_);
    return sizeof first + first.session_bytes + first.received_bytes;
}

int handover_receiver::advance(int socket) {
    while (bytes_.size() < wanted()) {
        const std::size_t before = bytes_.size();
        bytes_.resize(wanted());
        iovec part{bytes_.data() + before, bytes_.size() - before};
        ancillary extra;
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = extra.bytes.data();
        header.msg_controllen = extra.bytes.size();
        const ssize_t count = platform::receive_message(socket, header);
        const int error = errno;
        bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && error == EINTR) continue;
        if (count < 0) return error;
        for (cmsghdr* each = CMSG_FIRSTHDR(&header); each != nullptr; each = CMSG_NXTHDR(&header, each)) {
            if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
            const std::size_t number = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < number; ++i) {
                int descriptor = -1;
                std::memcpy(&descriptor, CMSG_DATA(each) + i * sizeof(int), sizeof(int));
                descriptors_.emplace_back(descriptor);
            }
        }
        if (count == 0) return ECONNRESET;
        if (bytes_.size() >= sizeof(prefix) && !is_valid(prefix_in(bytes_), most_)) return EPROTO;
    }
    // Descriptors are lost if this process may open no more of them.
    return descriptors_.size() == prefix_in(bytes_).descriptors ? 0 : EMFILE;
}

handover_message handover_receiver::message() {
    const prefix first = prefix_in(bytes_);
    return {.kind = static_cast<handover_kind>(first.kind),
            .session = bytes_.substr(sizeof first, first.session_bytes),
            .received = bytes_.substr(sizeof first + first.session_bytes),
            .descriptors = std::move(descriptors_)};
}

}  // namespace bridge::http
