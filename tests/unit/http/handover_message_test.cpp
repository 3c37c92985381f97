// The messages between two processes of which one replaces the other.
#include "bridge/http/handover_message.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace bridge::http {
namespace {

class handover_messages : public testing::Test {
protected:
    handover_messages() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        here_ = core::unique_fd(ends[0]);
        there_ = core::unique_fd(ends[1]);
    }

    static handover_message connection_message(std::size_t bytes) {
        handover_message out;
        out.kind = handover_kind::to_owner;
        out.session = "the-session";
        out.received = std::string(bytes, 'r');
        return out;
    }

    int send_raw(const std::string& bytes) {
        EXPECT_EQ(::send(here_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
        handover_receiver receiver(1000);
        return receiver.advance(there_.get());
    }

    // A message as it is on its way.
    std::string raw(const handover_message& message) {
        EXPECT_EQ(handover_sender(message, {}).advance(here_.get()), 0);
        std::string out(4096, '\0');
        out.resize(static_cast<std::size_t>(::recv(there_.get(), out.data(), out.size(), 0)));
        return out;
    }

    core::unique_fd here_;
    core::unique_fd there_;
};

TEST_F(handover_messages, arrive_with_their_descriptors_however_slowly) {
    constexpr std::size_t large = 3'000'000;
    handover_message sent = connection_message(large);
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
    const core::unique_fd reader(pipe_ends[0]);
    sent.descriptors.emplace_back(pipe_ends[1]);
    handover_sender sender(sent, {});
    handover_receiver receiver(large);
    int sending = EAGAIN;
    int receiving = EAGAIN;
    for (int step = 0; step < 10'000 && receiving == EAGAIN; ++step) {
        if (sending == EAGAIN) sending = sender.advance(here_.get());
        receiving = receiver.advance(there_.get());
    }
    ASSERT_EQ(sending, 0);
    ASSERT_EQ(receiving, 0);
    const handover_message received = receiver.message();
    EXPECT_EQ(received.kind, handover_kind::to_owner);
    EXPECT_EQ(received.session, "the-session");
    EXPECT_EQ(received.received, sent.received);
    ASSERT_EQ(received.descriptors.size(), 1U);
    EXPECT_NE(received.descriptors.front().get(), pipe_ends[1]);
    EXPECT_NE(::fcntl(received.descriptors.front().get(), F_GETFD) & FD_CLOEXEC, 0) << "server processes must not inherit it";
    ASSERT_EQ(::write(received.descriptors.front().get(), "x", 1), 1);
    char byte = 0;
    EXPECT_EQ(::read(reader.get(), &byte, 1), 1);
}

TEST_F(handover_messages, are_refused_if_they_are_none) {
    EXPECT_EQ(send_raw("GET / HTTP/1.1\r\n\r\n"), EPROTO);
}

TEST_F(handover_messages, are_refused_if_they_are_too_long) {
    const std::string within = raw(connection_message(1000));
    const std::string beyond = raw(connection_message(1001));
    EXPECT_EQ(send_raw(within), 0);
    EXPECT_EQ(send_raw(beyond), EPROTO);
}

TEST_F(handover_messages, are_refused_in_another_version) {
    std::string other = raw(connection_message(1));
    ++other[4];
    EXPECT_EQ(send_raw(other), EPROTO);
}

TEST_F(handover_messages, that_break_off_are_none) {
    const std::string whole = raw(connection_message(100));
    EXPECT_EQ(send_raw(whole.substr(0, 50)), EAGAIN);
    here_ = core::unique_fd();
    handover_receiver receiver(1000);
    EXPECT_EQ(receiver.advance(there_.get()), ECONNRESET);
}

TEST_F(handover_messages, without_an_announced_descriptor_are_refused) {
    handover_message sent = connection_message(10);
    std::string bytes = raw(sent);
    bytes[12] = 1;  // the number of descriptors
    EXPECT_EQ(send_raw(bytes), EMFILE);
}

}  // namespace
}  // namespace bridge::http
