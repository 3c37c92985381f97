// Promise: the bridge notices that a client has closed its side, also behind bytes that nobody has read, and how much a client has taken.
#include "bridge/platform/peer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/deadline.hpp"
#include "tests/support/unique_fd.hpp"

namespace bridge::platform {
namespace {

using test_support::eventually;
using test_support::unique_fd;

// A TCP connection whose client has the end `there`.
struct tcp_connection {
    tcp_connection() {
        const unique_fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        there = unique_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        const bool is_made = ::bind(listener.get(), any, size) == 0 && ::listen(listener.get(), 1) == 0 &&
                             ::getsockname(listener.get(), any, &size) == 0 && ::connect(there.get(), any, size) == 0;
        if (!is_made) throw std::runtime_error("no connection");
        here = unique_fd(::accept(listener.get(), nullptr, nullptr));
    }

    unique_fd here;
    unique_fd there;
};

bool is_readable(int descriptor) {
    pollfd asked{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 0) > 0;
}

TEST(Peer, HasNotClosedWhileItSends) {
    const tcp_connection made;
    EXPECT_FALSE(has_peer_closed(made.here.get()));
    ASSERT_EQ(::write(made.there.get(), "bytes", 5), 5);
    ASSERT_TRUE(eventually([&] { return is_readable(made.here.get()); }));
    EXPECT_FALSE(has_peer_closed(made.here.get()));
}

TEST(Peer, HasClosedBehindUnreadBytes) {
    const tcp_connection made;
    ASSERT_EQ(::write(made.there.get(), "bytes", 5), 5);
    ::shutdown(made.there.get(), SHUT_WR);
    EXPECT_TRUE(eventually([&] { return has_peer_closed(made.here.get()); }));
    std::array<char, 10> room{};
    EXPECT_EQ(::read(made.here.get(), room.data(), room.size()), 5) << "nothing was read before";
}

TEST(Peer, HasClosedWhenItResetsTheConnection) {
    tcp_connection made;
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(made.there.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    made.there.reset();
    EXPECT_TRUE(eventually([&] { return has_peer_closed(made.here.get()); }));
}

TEST(Peer, AcknowledgesBytesOnceItTakesThem) {
    const tcp_connection made;
    EXPECT_EQ(unacknowledged_bytes(made.here.get()), 0U);
    ::fcntl(made.here.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(made.there.get(), F_SETFL, O_NONBLOCK);
    std::vector<char> many(65536);
    while (::write(made.here.get(), many.data(), many.size()) > 0) {
    }
    EXPECT_GT(unacknowledged_bytes(made.here.get()), 0U);
    EXPECT_TRUE(eventually([&] {
        while (::read(made.there.get(), many.data(), many.size()) > 0) {
        }
        return unacknowledged_bytes(made.here.get()) == 0U;
    }));
}

TEST(Peer, HasNoBytesIfItIsNone) {
    const unique_fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(unacknowledged_bytes(file.get()), std::nullopt);
    EXPECT_EQ(unacknowledged_bytes(-1), std::nullopt);
}

class PeerWatch : public testing::Test {
protected:
    // Takes as many departures as there is room for.
    std::vector<std::uint64_t> take(std::size_t most = 100) const {
        std::vector<std::uint64_t> out(most);
        out.resize(take_departures(watch_.get(), out));
        return out;
    }
    bool is_reported() const {
        return eventually([this] { return is_readable(watch_.get()); });
    }

    const unique_fd watch_{open_peer_watch()};
};

TEST_F(PeerWatch, IsForNoOtherProgram) {
    EXPECT_EQ(::fcntl(watch_.get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(PeerWatch, ReportsEachDepartureOnce) {
    tcp_connection first, second;
    ASSERT_TRUE(watch_peer(watch_.get(), first.here.get(), 1));
    ASSERT_TRUE(watch_peer(watch_.get(), second.here.get(), std::uint64_t{1} << 40));
    EXPECT_THAT(take(), testing::IsEmpty());
    ASSERT_EQ(::write(first.there.get(), "bytes", 5), 5);
    ASSERT_TRUE(eventually([&] { return is_readable(first.here.get()); }));
    EXPECT_THAT(take(), testing::IsEmpty()) << "bytes are no departure";
    second.there.reset();
    ASSERT_TRUE(is_reported());
    EXPECT_THAT(take(), testing::ElementsAre(std::uint64_t{1} << 40));
    EXPECT_THAT(take(), testing::IsEmpty());
}

TEST_F(PeerWatch, ReportsTheRestLater) {
    std::vector<tcp_connection> many(150);
    for (std::size_t i = 0; i < many.size(); ++i) ASSERT_TRUE(watch_peer(watch_.get(), many[i].here.get(), i));
    for (tcp_connection& each : many) each.there.reset();
    std::vector<std::uint64_t> all;
    ASSERT_TRUE(eventually([&] {
        const std::vector<std::uint64_t> some = take(7);
        EXPECT_LE(some.size(), 7U);
        all.insert(all.end(), some.begin(), some.end());
        return all.size() >= many.size();
    }));
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < many.size(); ++i) EXPECT_EQ(all[i], i);
}

TEST_F(PeerWatch, ReportsAPeerAgainThatWasWatchedAgain) {
    tcp_connection made;
    ASSERT_TRUE(watch_peer(watch_.get(), made.here.get(), 1));
    made.there.reset();
    ASSERT_TRUE(is_reported());
    EXPECT_THAT(take(), testing::ElementsAre(1));
    ASSERT_TRUE(watch_peer(watch_.get(), made.here.get(), 2));
    EXPECT_THAT(take(), testing::ElementsAre(2));
}

TEST_F(PeerWatch, SaysThatItCannotWatch) {
    const unique_fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    errno = 0;
    EXPECT_FALSE(watch_peer(watch_.get(), file.get(), 1));
    EXPECT_NE(errno, 0);
}

}  // namespace
}  // namespace bridge::platform
