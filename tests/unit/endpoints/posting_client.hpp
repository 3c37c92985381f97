// A client that posts messages to the endpoints of a bridge without child processes.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <string>
#include <string_view>

#include "bridge/core/secret.hpp"
#include "bridge/endpoints/context.hpp"

namespace bridge::endpoints {

using endpoint = core::task<void> (*)(endpoint_context& context, const request& http_request, reply& http_reply);

/// The base of tests: `post` calls an endpoint as a connection does.
class posting_client : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(core::set_up_secrets()); }

    /// Returns the reply to the POST of `body` with the other parts of `head`.
    std::string post(endpoint served, const request_head& head, std::string body) {
        std::array<int, 2> ends{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
        http::socket peer(loop_.get_executor());
        peer.assign(boost::asio::ip::tcp::v4(), ends[0]);
        peer.non_blocking(true);
        http::connection_state connection;
        std::string out;
        reply http_reply(peer, connection, bounds_.body_timeout, out, {.keeps_alive = true, .is_http_1_0 = false, .is_head = false, .origin = {}});
        core::memory_charge charge;
        const request http_request{.head = head, .body = body, .body_charge = charge, .principal = "alice"};
        std::exception_ptr escaped;
        boost::asio::co_spawn(loop_, served(context_, http_request, http_reply), [&escaped](std::exception_ptr error) { escaped = error; });
        loop_.run_for(std::chrono::seconds(10));
        loop_.restart();
        EXPECT_EQ(escaped, nullptr);
        last_body_ = body;
        std::array<char, 4096> text{};
        const ssize_t size = read(ends[1], text.data(), text.size());
        close(ends[1]);
        return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
    }

    /// Opens a session of HTTP+SSE, as GET of the stream does.
    std::shared_ptr<session::session> connect() { return *sessions_.connect("alice", "test"); }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_;
    process::command command_{.executable = "/nonexistent", .arguments = {}, .environment = {}, .directory = {}, .name = "child"};
    core::redactor secrets_;
    core::memory_budget memory_{0};
    child::children children_{loop_.get_executor(), command_, bounds_, secrets_, memory_};
    session::sessions sessions_{loop_.get_executor(), children_, bounds_, memory_, session::isolation::shared, 0};
    http::body_queue bodies_{loop_.get_executor(), memory_};
    session::readiness ready_{loop_.get_executor(), sessions_, children_};
    http::context listener_{.executor = loop_.get_executor(),
                            .bounds = bounds_,
                            .keys = http::authenticator({}),
                            .origins = http::origin_policy({}, {}, true),
                            .memory = memory_,
                            .bodies = bodies_,
                            .other_descriptors = [] { return http::descriptor_demand(); }};
    endpoint_context context_{.listener = listener_,
                              .mcp_path = "/mcp",
                              .sse_path = "/sse",
                              .message_path = "/messages",
                              .sessions = sessions_,
                              .ready = ready_,
                              .children = children_};
    std::string last_body_;  // the body of the last POST, as the endpoint left it
};

}  // namespace bridge::endpoints
