// The start of coroutines: `spawn` starts every coroutine of the bridge.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include "bridge/core/async.hpp"

namespace bridge::core {

/// The name of a coroutine in the log, and the consequence of its failure.
struct coroutine_name {
    const char* name;         ///< its file and its task, such as "link.read_output"
    const char* consequence;  ///< a sentence without its period, such as "the server process is ended"
};

/// The number of coroutines that exceptions have ended.
std::uint64_t failures();

/// Logs and counts that the exception `failure` ended a coroutine. Never throws.
void report_failure(const coroutine_name& coroutine, const std::exception_ptr& failure) noexcept;

/// Ends the program with exit code 70 (EX_SOFTWARE), after it has written the reason to the log. The watchdog ends the server processes.
[[noreturn]] void end_program(const char* part, const std::exception_ptr& failure) noexcept;

/// Sets what `end_program` does before all else, such as killing the processes that would otherwise live on.
void set_last_act(std::function<void()> last_act);

/// From now on an exception that nobody can catch, or another call of std::terminate, ends the program as `end_program` does, with a line
/// in the log.
void set_up_end();

namespace detail {

template <class Fail>
void settle_failure(const coroutine_name& coroutine, const std::exception_ptr& failure, const Fail& fail) noexcept {
    report_failure(coroutine, failure);
    try {
        fail();
    } catch (...) {
        end_program(coroutine.name, std::current_exception());
    }
}

template <class Make, class Fail>
task<void> watched(coroutine_name coroutine, Make make, Fail fail) {
    std::exception_ptr failure;
    try {
        co_await make();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) settle_failure(coroutine, failure, fail);
}

}  // namespace detail

/// Runs the coroutine that `make` returns. If an exception escapes from it, or keeps it from starting, `spawn` logs and counts the
/// exception and calls `fail`. `fail` ends what belongs to the coroutine; the coroutine's own objects are destroyed by then. If the
/// coroutine could not be started, `fail` is called at once. `fail` must be copyable.
template <class Make, class Fail>
void spawn(executor loop_executor, coroutine_name coroutine, Make make, Fail fail) {
    try {
        boost::asio::co_spawn(loop_executor, detail::watched(coroutine, std::move(make), fail), boost::asio::detached);
    } catch (...) {
        detail::settle_failure(coroutine, std::current_exception(), fail);
    }
}

/// As `spawn`, for a coroutine that the bridge cannot work without: an exception ends the program.
template <class Make>
void spawn_vital(executor loop_executor, const char* name, Make make) {
    const auto fail = [name] { end_program(name, nullptr); };
    spawn(loop_executor, coroutine_name{name, "the bridge cannot live without it"}, std::move(make), fail);
}

}  // namespace bridge::core
