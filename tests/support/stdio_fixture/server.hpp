// The MCP server: each method by the book unless an option or a tool says otherwise.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/stdio_fixture/event_loop.hpp"
#include "tests/support/stdio_fixture/fault.hpp"
#include "tests/support/stdio_fixture/line_writer.hpp"
#include "tests/support/stdio_fixture/options.hpp"

namespace fixture {

/// One tools/call. All members but `tool` are raw JSON.
struct call {
    std::string id;
    std::string tool;
    std::string params;
    std::string arguments;
    std::string progress_token;

    std::string text(std::string_view name) const;             ///< a string argument, decoded
    long number(std::string_view name, long otherwise) const;  ///< an integer argument
    bool flag(std::string_view name) const;                    ///< true if the argument is `true`
    std::string raw(std::string_view name) const;              ///< an argument as it is spelled
};

class modern_era;
class task_store;

class server {
public:
    server(const options& chosen, event_loop& loop);
    ~server();

    void on_line(std::string line);

    /// Begins the fault if `--fault-at` names `moment`, "start" or a method, and nothing speaks against it.
    void begin_fault_at(std::string_view moment);
    void toggle_fault();

    // For the tools.
    void answer(const call& request, std::string_view result);
    void answer_text(const call& request, std::string_view text);
    void fail(const call& request, int code, std::string_view message);
    void notify(std::string_view method, std::string_view params);
    /// Returns the raw id of the request.
    std::string ask(std::string_view method, std::string_view params, std::function<void(std::string)> on_answer);
    /// Withdraws a request of its own that was not answered yet; false if it was.
    bool give_up(const std::string& id);
    modern_era& modern() { return *modern_; }
    void send_result(const std::string& id, std::string_view result);
    /// `data` is raw JSON; none if it is empty.
    void send_error(const std::string& id, int code, std::string_view message, std::string_view data = {});
    void write_notification(std::string_view method, std::string_view params);
    bool is_cancelled(const call& request) const { return cancelled_.contains(request.id); }
    const std::vector<std::string>& received() const { return received_; }
    bool writes_log() const { return holds_level_ || options_.level_after_ms < 0; }
    const options& chosen() const { return options_; }
    event_loop& loop() { return loop_; }
    line_writer& writer() { return writer_; }

private:
    void handle(const std::string& line);
    void on_request(const std::string& line, const std::string& id, const std::string& method);
    void on_notification(const std::string& line, const std::string& method);
    void on_answer(const std::string& line, const std::string& id);
    void on_call(const std::string& line, const std::string& id);
    void on_discover(const std::string& id);
    void on_set_level(const std::string& id);
    void update_again();
    void send(const std::string& id, std::string_view body);
    void crash_at(std::string_view method);
    void record(const std::string& line);
    std::string initialize_result(const std::string& line) const;

    options options_;
    event_loop& loop_;
    line_writer writer_;
    fault fault_;
    std::unique_ptr<task_store> tasks_;
    std::unique_ptr<modern_era> modern_;
    std::vector<std::string> received_;
    std::set<std::string> cancelled_;
    std::map<std::string, std::function<void(std::string)>> asked_;
    long next_ask_id_ = 0;  // from 0, as the official SDK's servers count
    long calls_ = 0;
    bool holds_level_ = false;  // that of a request to set it
};

}  // namespace fixture
