// The coroutine and completion types of the program: all waits are coroutines on one io_context, which one thread runs.
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

/// The completion token of every operation: the operation returns its error as a value. The token is deferred, so awaiting an operation
/// needs no coroutine frame of its own; `use_awaitable` would need one.
inline constexpr auto nothrow = boost::asio::as_tuple(boost::asio::deferred);

/// The completion token for the operations of Beast 1.81 that cannot be deferred. It also returns errors as values.
inline constexpr auto nothrow_framed = boost::asio::as_tuple(boost::asio::use_awaitable_t<executor>{});

}  // namespace bridge::core
