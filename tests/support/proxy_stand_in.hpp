// An HTTP proxy on the loopback that leads every request to one server, whatever name was asked for.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/loopback_server.hpp"

namespace test_support {

class proxy_stand_in {
public:
    /// `upstream`: the loopback port that everything is led to. `authorization`: the value of
    /// Proxy-Authorization that is demanded; empty for none.
    explicit proxy_stand_in(std::uint16_t upstream, std::string authorization = "");
    ~proxy_stand_in() { server_.stop(); }

    std::uint16_t port() const noexcept { return server_.port(); }

    /// The heads of the requests so far.
    std::vector<std::string> requests() const;

private:
    void serve(int fd);

    std::uint16_t upstream_;
    std::string authorization_;
    std::vector<std::string> requests_;
    mutable std::mutex mutex_;
    loopback_server server_;
};

}  // namespace test_support
