#include "weather-stdio/server/server.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <map>

#include "weather-stdio/server/input.hpp"
#include "weather-stdio/server/output.hpp"
#include "weather-stdio/server/protocol.hpp"

namespace stdio_server {
namespace {

namespace asio = boost::asio;
using bridge::core::nothrow;
using bridge::core::task;

// The service of one client. It lives in the frame of `run`, which ends after the last call has ended.
class connection {
public:
    connection(const bridge::core::executor& executor, const server_info& info, const tool_registry& tools, limits bounds, int input, int output)
        : executor_(executor), bounds_(bounds), protocol_(info, tools, bounds), input_(executor, input), output_(output), call_ended_(executor) {}

    task<end_reason> run() {
        const auto reason = co_await read_all();
        if (output_.closed()) cancel_all();
        co_await wait_for_calls();
        for (const auto& line : protocol_.close_subscriptions()) output_.write(line);
        co_return output_.closed() ? end_reason::output_closed : reason;
    }

private:
    task<end_reason> read_all() {
        bridge::jsonrpc::line_framer framer(bounds_.max_line);
        while (!output_.closed()) {
            const auto count = co_await input_.read(framer);
            if (!count) co_return input_failed(count.error());
            while (const auto line = framer.next()) perform(protocol_.receive(*line));
            if (framer.is_skipping() || framer.remove_oversized()) co_return refuse_long_line();
            if (*count == 0) {
                // A last line without a line break, as `printf | weather-stdio` sends it. Half a message is not JSON, so it is refused.
                perform(protocol_.receive(framer.remainder()));
                co_return end_reason::input_ended;
            }
        }
        co_return end_reason::output_closed;
    }

    end_reason input_failed(const boost::system::error_code& error) {
        // A write that failed during the wait for input has ended the wait.
        if (output_.closed()) return end_reason::output_closed;
        spdlog::error("cannot read the input: {}", error.message());
        return end_reason::input_failed;
    }

    end_reason refuse_long_line() {
        const auto text = "Invalid Request: a line is longer than " + std::to_string(bounds_.max_line) + " bytes";
        spdlog::error("{}; reading no more", text);
        output_.write(error_line(null_id, {error_code::invalid_request, text}));
        return end_reason::line_too_long;
    }

    void perform(const actions& wanted) {
        for (const auto& line : wanted.lines) output_.write(line);
        for (const auto& call : wanted.started) start(call);
        for (const auto key : wanted.cancelled) cancel(key);
    }

    void start(const started_call& call) {
        auto& signal = running_[call.key];
        tool_call given;
        given.arguments = call.arguments;
        given.report = [this, key = call.key](const progress_update& update) {
            if (const auto line = protocol_.progress(key, update)) output_.write(*line);
        };
        auto finished = [this, key = call.key](const std::exception_ptr& failure, const tool_result& result) { call_finished(key, failure, result); };
        asio::co_spawn(executor_, call.target->handler(std::move(given)), asio::bind_cancellation_slot(signal.slot(), std::move(finished)));
    }

    void call_finished(call_key key, const std::exception_ptr& failure, const tool_result& result) {
        const auto line = failure ? protocol_.fail(key, describe(failure)) : protocol_.finish(key, result);
        if (line) output_.write(*line);
        running_.erase(key);
        call_ended_.cancel();
        if (output_.closed()) input_.cancel();
    }

    static rpc_error describe(const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            // A cancelled call ends with this error.
            if (error.code() != asio::error::operation_aborted) spdlog::error("a tool failed: {}", error.what());
        } catch (const std::exception& error) {
            spdlog::error("a tool failed: {}", error.what());
        }
        return {error_code::internal_error, "Internal error: the tool failed"};
    }

    void cancel(call_key key) {
        const auto found = running_.find(key);
        if (found != running_.end()) found->second.emit(asio::cancellation_type::terminal);
    }

    void cancel_all() {
        for (auto& [key, signal] : running_) signal.emit(asio::cancellation_type::terminal);
    }

    task<void> wait_for_calls() {
        while (!running_.empty()) {
            call_ended_.expires_at(asio::steady_timer::time_point::max());
            co_await call_ended_.async_wait(nothrow);
            if (output_.closed()) cancel_all();
        }
    }

    bridge::core::executor executor_;
    limits bounds_;
    protocol protocol_;
    line_input input_;
    line_output output_;
    asio::steady_timer call_ended_;  // cancelled when a call has ended
    std::map<call_key, asio::cancellation_signal> running_;
};

}  // namespace

server::server(server_info info, limits bounds) : info_(std::move(info)), bounds_(bounds) {}

void server::add(tool added) {
    tools_.add(std::move(added));
}

task<end_reason> server::serve(int input, int output) {
    connection client(co_await asio::this_coro::executor, info_, tools_, bounds_, input, output);
    co_return co_await client.run();
}

}  // namespace stdio_server
