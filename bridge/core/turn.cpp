#include "bridge/core/turn.hpp"

#include <boost/asio/post.hpp>

namespace bridge::core {

task<void> turn::next() {
    co_await boost::asio::post(executor_, nothrow);
    begin();
}

}  // namespace bridge::core
