// The program's one way to wait: coroutines on one io_context, run by one thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bridge::core {

/// The concrete executor: `any_io_executor` would cost an indirection at every step.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

/// The completion token of every operation: errors come back as values. Deferred, so that awaiting an operation needs no
/// coroutine frame of its own, as `use_awaitable` does.
inline constexpr auto nothrow = boost::asio::as_tuple(boost::asio::deferred);

/// The same for those operations of Beast 1.81 that cannot be deferred.
inline constexpr auto nothrow_framed = boost::asio::as_tuple(boost::asio::use_awaitable_t<executor>{});

}  // namespace bridge::core
