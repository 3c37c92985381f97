// Asio's TLS part is compiled here once (BOOST_ASIO_SEPARATE_COMPILATION), not in every source that uses it.
#include <boost/asio/ssl/impl/src.hpp>
