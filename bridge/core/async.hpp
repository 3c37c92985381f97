// The program's one way to wait: coroutines on one io_context, run by one thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace bridge::core {

/// The concrete executor: `any_io_executor` would cost an indirection at every step.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

/// The completion token of every operation on the data path: errors come back as values.
inline constexpr auto nothrow = boost::asio::as_tuple(boost::asio::use_awaitable_t<executor>{});

}  // namespace bridge::core
