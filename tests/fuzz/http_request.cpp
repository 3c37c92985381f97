// The bytes of an HTTP/1.1 connection as a client sends them, through the real connection, routes, sessions and link to a child process and
// back: what comes out is well-formed HTTP, JSON and server-sent events, and the connection comes to its end.
//
// Input: a byte that chooses keys and origins, then the bytes. 0xFF, which nothing that is well-formed has, stands for a pause: what is
// before it is served first. Session ids are not random here: the first session of each input is 0101..., the second 0202...
#include <sodium.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <memory>
#include <string>

#include "bridge/core/log.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/endpoints/routes.hpp"
#include "bridge/http/connection.hpp"
#include "tests/fuzz/http_answers.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/strict_head.hpp"

namespace {

using namespace bridge;
using fuzzing::require;

constexpr std::string_view initialize_params =
    R"({"protocolVersion":"2025-11-25","capabilities":{"sampling":{}},"clientInfo":{"name":"c","version":"1"}})";
constexpr std::string_view old_initialize_params = R"({"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"c","version":"1"}})";

// The next "random" bytes; from 1 for each input.
unsigned char next_random = 0;

void fill(void* buffer, std::size_t size) {
    std::fill_n(static_cast<unsigned char*>(buffer), size, ++next_random);
}

randombytes_implementation same_each_time() {
    randombytes_implementation out{};
    out.implementation_name = [] { return "fuzzing"; };
    out.random = [] { return std::uint32_t{++next_random}; };
    out.buf = fill;
    return out;
}

core::limits bounds_for_fuzzing() {
    core::limits out;
    out.connections = 1;  // so that no 401 is held back
    out.header_bytes = 4096;
    out.body_bytes = 16 * 1024;
    out.json_depth = 32;
    out.batch_messages = 4;
    out.exchanges_per_session = 8;
    out.sessions = 6;
    out.sessions_per_principal = 5;
    out.replay_events = 8;
    out.replay_bytes = 4096;
    out.held_messages = 8;
    out.held_bytes = 4096;
    return out;
}

// What serves the requests of one listener.
struct entrance {
    http::context listener;
    endpoints::endpoint_context shared;
    endpoints::router router{shared};
};

// The bridge without its listener. Lives until the process ends, as its child does.
class world {
public:
    world() {
        static randombytes_implementation numbers = same_each_time();
        randombytes_set_implementation(&numbers);
        require(core::set_up_secrets(), "secrets are set up");
        core::set_up_log({.level = "off"});
        std::signal(SIGPIPE, SIG_IGN);
        ready_.try_now();
        for (int turns = 0; !ready_.obstacle().empty(); ++turns) {
            require(turns < 1000, "the child starts");
            loop_.run_one_for(std::chrono::milliseconds(100));
        }
    }

    // What the client at the other end of one connection is answered.
    void serve(entrance& used_entrance, std::string_view principal, std::string_view sent);

    entrance& choose(std::uint8_t choice) { return (choice & 1U) != 0 ? guarded_ : open_; }

private:
    http::context context_for(std::vector<http::key> keys, http::origin_policy origins) {
        return {.executor = loop_.get_executor(),
                .bounds = bounds_,
                .keys = http::authenticator(std::move(keys)),
                .origins = std::move(origins),
                .memory = memory_,
                .bodies = bodies_,
                .other_descriptors = [] { return http::descriptor_demand(); }};
    }
    endpoints::endpoint_context endpoints_of(http::context& listener) {
        return {.listener = listener,
                .mcp_path = "/mcp",
                .sse_path = "/sse",
                .message_path = "/messages",
                .sessions = sessions_,
                .ready = ready_,
                .children = children_,
                .shows_metrics = true};
    }

    void open_sessions(std::string_view principal);
    void open_session(std::string_view principal, std::string_view params);
    void settle(const bool& is_done);
    void end(http::connection& connection, const bool& is_done);

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_ = bounds_for_fuzzing();
    process::command command_{.executable = FUZZ_CHILD, .arguments = {}, .environment = {}, .directory = {}, .name = "child"};
    core::redactor secrets_;
    core::memory_budget memory_{0};
    child::children children_{loop_.get_executor(), command_, bounds_, secrets_, memory_};
    session::sessions sessions_{loop_.get_executor(), children_, bounds_, memory_, session::isolation::shared, 0};
    http::body_queue bodies_{loop_.get_executor(), memory_};
    session::readiness ready_{loop_.get_executor(), sessions_, children_};
    entrance open_{.listener = context_for({}, http::origin_policy({}, {}, true)), .shared = endpoints_of(open_.listener)};
    entrance guarded_{.listener = context_for({{.name = "alice", .secret = "secret-of-alice"}, {.name = "bob", .secret = "secret of bob+%"}},
                                              http::origin_policy({"https://page.example"}, {"bridge.example"}, false)),
                      .shared = endpoints_of(guarded_.listener)};
};

core::task<void> open(session::sessions& all, std::string principal, std::string params, std::string& id) {
    const child::granted<session::opened_session> outcome = co_await all.open(std::move(principal), std::move(params));
    require(outcome.has_value(), "a session opens");
    outcome->made->general()->push(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
    id = outcome->made->who().id;
}

core::task<void> talk(entrance& used_entrance, http::connection& connection, bool& is_done) {
    co_await http::serve_connection(used_entrance.listener, used_entrance.router, connection);
    is_done = true;
}

void world::open_session(std::string_view principal, std::string_view params) {
    std::string id;
    boost::asio::co_spawn(loop_, open(sessions_, std::string(principal), std::string(params), id), boost::asio::detached);
    loop_.poll();
    require(!id.empty(), "a session opens at once");
}

// One of the newest revision, one that has batches, and one of HTTP+SSE.
void world::open_sessions(std::string_view principal) {
    next_random = 0;
    open_session(principal, initialize_params);
    open_session(principal, old_initialize_params);
    require(sessions_.connect(std::string(principal), "agent").has_value(), "a session opens");
}

// Runs what can run, and waits for the child as long as it owes answers.
void world::settle(const bool& is_done) {
    for (;;) {
        while (loop_.poll() != 0) {
        }
        if (is_done || sessions_.take_census().requests == 0) return;
        if (loop_.run_one_for(std::chrono::milliseconds(100)) == 0) return;
    }
}

// As the server does for a client that has gone; and if that is not enough, as it does for one whose time is up.
void world::end(http::connection& connection, const bool& is_done) {
    settle(is_done);
    if (!is_done && connection.state.current_stream != nullptr) {
        connection.state.client_left = true;
        connection.state.current_stream->on_departure();
        settle(is_done);
    }
    if (!is_done) {
        boost::system::error_code ignored;
        connection.peer.close(ignored);
        settle(is_done);
    }
}

std::string received(int fd) {
    std::string out;
    std::array<char, 16 * 1024> room{};
    for (;;) {
        const ssize_t count = recv(fd, room.data(), room.size(), MSG_DONTWAIT);
        if (count <= 0) return out;
        out.append(room.data(), static_cast<std::size_t>(count));
    }
}

// A head that can be read in two ways is refused, and nothing behind it is served: `check_answers` sees to it that nothing follows a reply
// that closes. A head near the bound may be refused for its length instead.
void check_refusal(std::string_view sent, std::string_view answers) {
    std::string bytes(sent);
    std::erase(bytes, '\xFF');
    if (!fuzzing::must_be_refused(bytes, bounds_for_fuzzing().header_bytes / 2)) return;
    require(answers.starts_with("HTTP/1.1 400 "), "an ambiguous head is refused");
    require(answers.substr(0, answers.find("\r\n\r\n")).find("\r\nConnection: close") != std::string_view::npos, "and the connection closed");
}

void world::serve(entrance& used_entrance, std::string_view principal, std::string_view sent) {
    open_sessions(principal);
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there are sockets");
    const core::unique_fd client(ends[1]);
    // To Asio a socket is a socket.
    http::socket peer(loop_.get_executor());
    peer.assign(boost::asio::ip::tcp::v4(), ends[0]);
    peer.non_blocking(true);
    http::connection connection(std::move(peer));
    bool is_done = false;
    boost::asio::co_spawn(loop_, talk(used_entrance, connection, is_done), boost::asio::detached);

    std::string answers;
    for (fuzzing::input rest(reinterpret_cast<const std::uint8_t*>(sent.data()), sent.size()); !rest.is_empty() && !is_done;) {
        const std::string_view part = rest.until('\xFF');
        // It fits into the socket's buffer; fails if the bridge has closed its side.
        static_cast<void>(::send(client.get(), part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
        settle(is_done);
        answers += received(client.get());
    }
    shutdown(client.get(), SHUT_WR);
    settle(is_done);
    answers += received(client.get());
    const bool is_cut = !is_done;
    end(connection, is_done);
    answers += received(client.get());
    require(is_done, "a connection ends");
    fuzzing::check_answers(answers, is_cut);
    check_refusal(sent, answers);
    sessions_.sweep(core::clock::now() + std::chrono::hours(24));
    settle(is_done);
    require(sessions_.count() == 0, "sessions end");
    require(children_.count() == 1, "the child lives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static world* const bridge = new world;
    fuzzing::input in(data, size);
    const std::uint8_t choice = in.byte();
    bridge->serve(bridge->choose(choice), (choice & 1U) != 0 ? "alice" : "anonymous", in.rest());
    return 0;
}
