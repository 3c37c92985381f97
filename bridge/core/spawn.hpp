// Starts every coroutine of the bridge.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include "bridge/core/async.hpp"

namespace bridge::core {

/// What the log calls a coroutine, and what it says is lost with it.
struct coroutine_name {
    const char* name;         ///< its file and what it does, such as "link.read_output"
    const char* consequence;  ///< a sentence without its period, such as "the server process is ended"
};

/// How many coroutines exceptions have ended.
std::uint64_t failures();

/// Logs and counts that `failure` ended a coroutine. Never throws.
void note_failure(const coroutine_name& of, const std::exception_ptr& failure) noexcept;

/// Ends the program with exit code 70 (EX_SOFTWARE), after it has written the reason to the log. The watchdog ends the
/// server processes.
[[noreturn]] void end_program(const char* part, const std::exception_ptr& failure) noexcept;

/// `last_act` is what `end_program` does before all else, such as to kill what would live on.
void set_last_act(std::function<void()> last_act);

/// From now on what would end the program without a word, as an exception that nobody can catch, ends it as `end_program` does.
void set_up_end();

namespace detail {

template <class Fail>
void settle_failure(const coroutine_name& of, const std::exception_ptr& failure, const Fail& fail) noexcept {
    note_failure(of, failure);
    try {
        fail();
    } catch (...) {
        end_program(of.name, std::current_exception());
    }
}

template <class Make, class Fail>
task<void> watched(coroutine_name of, Make make, Fail fail) {
    std::exception_ptr failure;
    try {
        co_await make();
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) settle_failure(of, failure, fail);
}

}  // namespace detail

/// Runs the coroutine that `make` gives. An exception that escapes from it, or that keeps it from being started, is logged and
/// counted, and `fail` then ends what belongs to it; the coroutine's own objects are gone by then. `fail` is called at
/// once if it could not be started, and must be copyable.
template <class Make, class Fail>
void spawn(executor where, coroutine_name of, Make make, Fail fail) {
    try {
        boost::asio::co_spawn(where, detail::watched(of, std::move(make), fail), boost::asio::detached);
    } catch (...) {
        detail::settle_failure(of, std::current_exception(), fail);
    }
}

/// The same for what the bridge cannot live without: an exception ends the program.
template <class Make>
void spawn_vital(executor where, const char* name, Make make) {
    const auto fail = [name] { end_program(name, nullptr); };
    spawn(where, coroutine_name{name, "the bridge cannot live without it"}, std::move(make), fail);
}

}  // namespace bridge::core
