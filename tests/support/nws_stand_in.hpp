// A stand-in of the National Weather Service on the loopback, with the faults that a service can have.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/loopback_server.hpp"
#include "tests/support/test_certificate.hpp"

struct ssl_ctx_st;

namespace test_support {

enum class behaviour {
    ok,                  ///< answers as the service does
    empty,               ///< no alerts, no periods
    many,                ///< 60 alerts
    not_found,           ///< 404, as for places outside the United States
    server_error,        ///< 500
    rate_limited,        ///< 429
    hold,                ///< says nothing until `release`
    not_http,            ///< bytes that are no HTTP
    not_json,            ///< 200 with HTML
    deep_json,           ///< 200 with 200 000 nested arrays
    wrong_shape,         ///< 200 with JSON of another shape
    cut_off,             ///< closes in the middle of the body
    huge,                ///< a body of 64 MiB
    huge_header,         ///< a header without end
    redirect,            ///< 301 with a relative Location; the new place is ok
    redirect_loop,       ///< 301 to itself
    redirect_downgrade,  ///< 301 to http://
};

class nws_stand_in {
public:
    /// Encrypted if there is a certificate. `prefix`: the path that the service is below, such as "/nws".
    explicit nws_stand_in(std::optional<test_certificate> certificate = std::nullopt, std::string prefix = "");
    ~nws_stand_in();

    /// How requests whose path (below the prefix) starts so are answered. The longest match counts; ok
    /// without one.
    void behave(const std::string& path, behaviour answer_kind);

    /// What URLs in answers start with; by default `url()`.
    void set_public_url(std::string url);

    /// Lets every held request be answered ok.
    void release();

    /// Where it is, with 127.0.0.1 and the prefix.
    std::string url() const;
    std::uint16_t port() const noexcept { return server_.port(); }

    /// The heads of the requests so far.
    std::vector<std::string> requests() const;

    /// Waits until so many requests have come; false after 10 s.
    bool wait_for_requests(std::size_t count) const;

    /// Waits until the client of a held request has hung up; false after 10 s.
    bool wait_for_hang_up() const;

private:
    class channel;

    void serve(int fd);
    void answer(channel& client, const std::string& head);
    void hold(channel& client);
    behaviour behaviour_for(const std::string& path) const;
    std::string body_for(const std::string& path, bool empty) const;

    std::string prefix_;
    std::string public_url_;
    std::map<std::string, behaviour> behaviours_;
    std::vector<std::string> requests_;
    bool released_ = false;
    bool hung_up_ = false;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::shared_ptr<ssl_ctx_st> tls_;
    loopback_server server_;
};

}  // namespace test_support
