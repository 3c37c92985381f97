// The bridge as the Azure Functions host starts it, and what the host sends for its clients.
#pragma once

#include <fstream>
#include <iterator>

#include "tests/e2e/hosted_fixture.hpp"
#include "tests/support/free_port.hpp"

namespace e2e {

struct functions_options {
    std::vector<std::string> arguments{};
    std::vector<std::string> environment{};
    std::vector<std::string> server{fixture_binary()};
    std::uint16_t port = free_port();
    bool below_another = false;  ///< `process()` is a host of its own that has started the bridge
};

class functions_bridge {
public:
    explicit functions_bridge(const functions_options& options = {}) : port_(options.port), process_(options_for(options, out_.path("stdout"))) {
        if (!answers()) throw std::runtime_error("the bridge does not answer: " + process_.stderr_text() + output());
    }

    std::uint16_t port() const { return port_; }
    http_client connect() const { return http_client(port_); }
    child_process& process() { return process_; }
    /// What came on stdout.
    std::string output() const {
        std::ifstream file(out_.path("stdout"));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string log() const { return process_.stderr_text(); }

private:
    static child_options options_for(const functions_options& options, const std::string& out) {
        child_options child;
        child.command = {"/bin/sh", "-c", options.below_another ? R"("$@" >"$0" & wait)" : R"(exec "$@" >"$0")", out, bridge_binary()};
        child.command.insert(child.command.end(), options.arguments.begin(), options.arguments.end());
        child.command.emplace_back("--");
        child.command.insert(child.command.end(), options.server.begin(), options.server.end());
        child.environment = options.environment;
        child.environment.push_back("FUNCTIONS_CUSTOMHANDLER_PORT=" + std::to_string(options.port));
        return child;
    }

    bool answers() const {
        return eventually([this] {
            try {
                return connect().get("/").status == 200;
            } catch (const std::exception&) {
                return false;  // refused: the host polls again
            }
        });
    }

    temp_folder out_;
    std::uint16_t port_;
    child_process process_;
};

}  // namespace e2e
