#include "tests/support/nws_stand_in.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <stdexcept>

namespace test_support {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<SSL_CTX> make_server_context(const test_certificate& certificate_texts) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const std::shared_ptr<BIO> certificate_text(BIO_new_mem_buf(certificate_texts.certificate_pem.data(), -1), BIO_free);
    const std::shared_ptr<BIO> key_text(BIO_new_mem_buf(certificate_texts.key_pem.data(), -1), BIO_free);
    const std::shared_ptr<X509> certificate(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr), X509_free);
    const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
        throw std::runtime_error("the stand-in's certificate does not load");
    }
    return context;
}

std::string response(const std::string& status, const std::string& body, const std::string& more_headers = "") {
    return "HTTP/1.1 " + status + "\r\nContent-Type: application/geo+json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
           "Connection: close\r\n\r\n" + body;
}

std::string problem(const std::string& status) {
    return response(status, R"({"type":"https://api.weather.gov/problems/X","title":"secret internals","detail":"-"})");
}

// The path of a request line; a proxy's request names the whole URL.
std::string path_of(const std::string& head) {
    const auto begin = head.find(' ') + 1;
    auto path = head.substr(begin, head.find(' ', begin) - begin);
    if (path.starts_with("http://")) path = path.substr(path.find('/', 7));
    return path;
}

std::string many_alerts() {
    std::string features;
    for (int i = 0; i < 60; ++i) features += std::string(i > 0 ? "," : "") + R"({"properties":{"event":"Flood Watch"}})";
    return R"({"features":[)" + features + "]}";
}

}  // namespace

// A client, plain or encrypted.
class nws_stand_in::channel {
public:
    channel(int fd, SSL_CTX* tls) : fd_(fd) {
        if (tls == nullptr) return;
        ssl_.reset(SSL_new(tls), SSL_free);
        SSL_set_fd(ssl_.get(), fd);
        accepted_ = SSL_accept(ssl_.get()) == 1;
    }
    bool accepted() const { return accepted_; }
    int fd() const { return fd_; }

    std::string read_head() {
        std::string head;
        std::array<char, 4096> piece;
        while (head.find("\r\n\r\n") == std::string::npos) {
            const auto count = ssl_ ? SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()))
                                    : static_cast<int>(::recv(fd_, piece.data(), piece.size(), 0));
            if (count <= 0) return "";
            head.append(piece.data(), static_cast<std::size_t>(count));
            if (head.front() == '\x16') return "";  // a TLS handshake, which an HTTP server hangs up on
        }
        return head;
    }

    bool write(const std::string& text) {
        if (!ssl_) return write_all(fd_, text);
        return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
    }

    void write_endlessly(const std::string& piece) {
        for (int i = 0; i < 64 && write(piece); ++i) {
        }
    }

private:
    int fd_;
    std::shared_ptr<SSL> ssl_;
    bool accepted_ = true;
};

nws_stand_in::nws_stand_in(std::optional<test_certificate> certificate, std::string prefix)
    : prefix_(std::move(prefix)), tls_(certificate ? make_server_context(*certificate) : nullptr) {
    // OpenSSL writes without MSG_NOSIGNAL.
    ::signal(SIGPIPE, SIG_IGN);
    public_url_ = url();
    server_.start([this](int fd) { serve(fd); });
}

nws_stand_in::~nws_stand_in() {
    release();
    server_.stop();
}

void nws_stand_in::behave(const std::string& path, behaviour answer_kind) {
    const std::lock_guard lock(mutex_);
    behaviours_[path] = answer_kind;
}

void nws_stand_in::set_public_url(std::string url) {
    const std::lock_guard lock(mutex_);
    public_url_ = std::move(url);
}

void nws_stand_in::release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
}

std::string nws_stand_in::url() const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) + prefix_;
}

std::vector<std::string> nws_stand_in::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

bool nws_stand_in::wait_for_requests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return requests_.size() >= count; });
}

bool nws_stand_in::wait_for_hang_up() const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return hung_up_; });
}

behaviour nws_stand_in::behaviour_for(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const std::string* longest = nullptr;
    auto found = behaviour::ok;
    for (const auto& [start, how] : behaviours_) {
        if (!path.starts_with(start) || (longest != nullptr && longest->size() > start.size())) continue;
        longest = &start;
        found = how;
    }
    return found;
}

std::string nws_stand_in::body_for(const std::string& path, bool empty) const {
    const std::lock_guard lock(mutex_);
    if (path.starts_with("/points/")) {
        return R"({"properties":{"forecast":")" + public_url_ +
               R"(/gridpoints/TOP/31,80/forecast","relativeLocation":{"properties":{"city":"Linn","state":"KS"}}}})";
    }
    if (path.starts_with("/gridpoints/")) {
        return empty ? R"({"properties":{"updateTime":"2026-07-28T12:00:00+00:00","periods":[]}})"
                     : R"({"properties":{"updateTime":"2026-07-28T12:00:00+00:00","periods":[{"number":1,"name":"Tonight",
            "startTime":"2026-07-28T18:00:00-05:00","endTime":"2026-07-29T06:00:00-05:00","isDaytime":false,
            "temperature":61,"temperatureUnit":"F","probabilityOfPrecipitation":{"unitCode":"wmoUnit:percent","value":null},
            "windSpeed":"5 mph","windDirection":"S","shortForecast":"Clear","detailedForecast":"Clear, low 61."}]}})";
    }
    return empty ? R"({"type":"FeatureCollection","features":[],"updated":"2026-07-28T12:00:00+00:00"})"
                 : R"({"type":"FeatureCollection","features":[{"properties":{"event":"Flood Watch","severity":"Severe",
            "areaDesc":"Linn","headline":null,"description":"Water is rising.","instruction":null}}]})";
}

void nws_stand_in::serve(int fd) {
    channel client(fd, tls_.get());
    if (!client.accepted()) return;
    const auto head = client.read_head();
    if (head.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
    }
    changed_.notify_all();
    answer(client, head);
}

void nws_stand_in::answer(channel& client, const std::string& head) {
    auto path = path_of(head);
    if (!path.starts_with(prefix_)) return void(client.write(problem("404 Not Found")));
    path = path.substr(prefix_.size());
    const bool redirected = path.starts_with("/moved");
    if (redirected) path = path.substr(6);
    const auto how = redirected ? behaviour::ok : behaviour_for(path);
    const auto moved = [&](const std::string& location) { client.write(response("301 Moved", "", "Location: " + location + "\r\n")); };
    const auto body = how == behaviour::many ? many_alerts() : body_for(path, how == behaviour::empty);
    switch (how) {
        case behaviour::hold: hold(client); [[fallthrough]];
        case behaviour::many:
        case behaviour::ok:
        case behaviour::empty: client.write(response("200 OK", body)); break;
        case behaviour::not_found: client.write(problem("404 Not Found")); break;
        case behaviour::server_error: client.write(problem("500 Internal Server Error")); break;
        case behaviour::rate_limited: client.write(problem("429 Too Many Requests")); break;
        case behaviour::not_http: client.write("SSH-2.0-something else\r\n\r\n"); break;
        case behaviour::not_json: client.write(response("200 OK", "<html>maintenance</html>")); break;
        case behaviour::deep_json: client.write(response("200 OK", std::string(200'000, '['))); break;
        case behaviour::wrong_shape: client.write(response("200 OK", R"({"features":[1,2],"properties":[]})")); break;
        case behaviour::cut_off: client.write(response("200 OK", body).substr(0, 150)); break;
        case behaviour::huge:
            client.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            client.write_endlessly(std::string(1 << 20, ' '));
            break;
        case behaviour::huge_header:
            client.write("HTTP/1.1 200 OK\r\n");
            client.write_endlessly("X-Filler: " + std::string(60'000, 'x') + "\r\n");
            break;
        case behaviour::redirect: moved(prefix_ + "/moved" + path); break;
        case behaviour::redirect_loop: moved(prefix_ + path); break;
        case behaviour::redirect_downgrade: moved("http://127.0.0.1:" + std::to_string(port()) + prefix_ + path); break;
    }
}

void nws_stand_in::hold(channel& client) {
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (released_) return;
        }
        pollfd hang_up{client.fd(), POLLRDHUP, 0};
        if (::poll(&hang_up, 1, 10) <= 0) continue;
        const std::lock_guard lock(mutex_);
        hung_up_ = true;
        changed_.notify_all();
        return;
    }
}

}  // namespace test_support
