// Beast is compiled here once (BOOST_BEAST_SEPARATE_COMPILATION), not in every source that uses it.
#include <boost/beast/src.hpp>
