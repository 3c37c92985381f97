// Boost.Process v2 is compiled here once (BOOST_PROCESS_V2_SEPARATE_COMPILATION), not in every source that uses it.
// 1.81 uses asio::detail::throw_error without including it.
#include <boost/asio/detail/throw_error.hpp>
#include <boost/process/v2/src.hpp>
