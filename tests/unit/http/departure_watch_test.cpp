#include "bridge/http/departure_watch.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "bridge/http/connection_state.hpp"

namespace bridge::http {
namespace {

class DepartureWatch : public testing::Test {
protected:
    /// A connection whose client has the other end.
    struct client {
        client() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0); }
        ~client() {
            leave();
            ::close(ends[0]);
        }
        client(const client&) = delete;
        client& operator=(const client&) = delete;
        void leave() {
            if (ends[1] >= 0) ::close(std::exchange(ends[1], -1));
        }

        std::array<int, 2> ends{};
        connection_state state;
        int departures = 0;
    };

    void SetUp() override {
        ASSERT_EQ(watch_.open(), "");
        boost::asio::co_spawn(loop_, watch_.run(), boost::asio::detached);
    }

    std::unique_ptr<client> connect() {
        auto out = std::make_unique<client>();
        out->state.departure.set_up(watch_, out->ends[0], out->state);
        await(*out);
        return out;
    }
    /// As a reply that begins to wait does.
    static void await(client& waiting) {
        waiting.state.on_departure = [&waiting] { ++waiting.departures; };
        waiting.state.departure.begin();
    }
    void turn() {
        loop_.poll();
        loop_.restart();
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    departure_watch watch_{loop_.get_executor()};
};

TEST_F(DepartureWatch, ReportsEachClientThatLeavesOnce) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(connect());
    turn();
    for (const auto& each : clients) EXPECT_FALSE(each->state.client_left);
    for (std::size_t i = 0; i < clients.size(); i += 2) clients[i]->leave();
    turn();
    turn();
    for (std::size_t i = 0; i < clients.size(); ++i) EXPECT_EQ(clients[i]->departures, i % 2 == 0 ? 1 : 0) << i;
}

TEST_F(DepartureWatch, TakesBytesForNoDepartureAndSeesOneBehindThem) {
    const auto chatty = connect();
    EXPECT_EQ(::write(chatty->ends[1], "next request", 12), 12);
    turn();
    EXPECT_FALSE(chatty->state.client_left);
    chatty->leave();
    turn();
    EXPECT_TRUE(chatty->state.client_left);
    std::array<char, 100> text{};
    EXPECT_EQ(::read(chatty->ends[0], text.data(), text.size()), 12) << "nobody has read them";
}

TEST_F(DepartureWatch, ReportsAClientThatHadLeftBefore) {
    const auto gone = connect();
    gone->leave();
    turn();
    EXPECT_EQ(gone->departures, 1);
    await(*gone);
    turn();
    EXPECT_EQ(gone->departures, 2) << "whoever waits next must learn of it";
}

TEST_F(DepartureWatch, ForgetsAConnectionThatHasEnded) {
    auto ended = connect();
    // A process that was just forked can keep the socket open, and so keeps the kernel's registration.
    const int kept = ::dup(ended->ends[0]);
    const int other = std::exchange(ended->ends[1], -1);
    ended.reset();
    ::close(other);
    turn();
    ::close(kept);
    const auto next = connect();
    next->leave();
    turn();
    EXPECT_EQ(next->departures, 1);
}

TEST_F(DepartureWatch, EndsWhenItIsClosed) {
    turn();
    watch_.close();
    loop_.run_for(std::chrono::seconds(10));
    EXPECT_TRUE(loop_.stopped()) << "the loop has nothing more to do";
}

}  // namespace
}  // namespace bridge::http
