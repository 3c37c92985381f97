// The modern era, revision 2026-07-28.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tests/support/stdio_fixture/modern_tasks.hpp"

namespace fixture {

class server;
struct call;

/// Serves what differs from the legacy era. The first message decides the era of a process that has both: `initialize` makes it legacy, a request
/// with the envelope of the modern era makes it modern.
class modern_era {
public:
    explicit modern_era(server& owner) : server_(owner), tasks_(owner) {}

    /// Returns true if it has answered the request, with a result or with an error.
    bool handle(const std::string& line, const std::string& id, const std::string& method);

    /// The client cancels the request `id`, which can be a subscription.
    void cancel(const std::string& id) { listens_.erase(id); }

    /// Returns `result` as the era of the process writes it.
    std::string completed(std::string_view result, bool is_list = false) const;

    /// Sends the raw state of the task `id` on each subscription that asked for it.
    void notify_of_task(const std::string& id, std::string_view state);

    /// Sends a notification on each subscription that asked for it. Returns false if no subscription is needed for it.
    bool notify(std::string_view method, std::string_view params);

    bool is_on() const { return is_on_; }

    /// The tool `ask_input`.
    void ask_input(const call& made);

private:
    bool is_valid(const std::string& line, const std::string& id, const std::string& method);
    void refuse_revision(const std::string& id, std::string_view requested);
    std::string discovered() const;
    void listen(const std::string& line, const std::string& id);
    void ask_input_now(const call& made);

    server& server_;
    modern_tasks tasks_;
    bool is_on_ = false;
    bool logs_ = false;                           // the last request asked for log messages
    std::map<std::string, std::string> listens_;  // the filters by the raw ids of the requests
};

}  // namespace fixture
