// Tasks (revision 2025-11-25) as a server has them that knows one client only: whoever asks gets all of them, under ids that can be guessed.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tests/support/stdio_fixture/server.hpp"

namespace fixture {

class task_store {
public:
    explicit task_store(server& owner) : server_(owner) {}

    /// A tools/call with `task`: answers with a task, which is done after the argument `ms`, and says so then. If the call has a progress token, each
    /// tasks/get makes the task report progress first, even if it is done.
    void create(const call& made);

    /// The methods tasks/...; false for any other.
    bool handle(const std::string& id, std::string_view method, std::string_view params);

private:
    struct task {
        std::string status = "working";
        std::string ttl;
        std::string who;      ///< the argument of that name
        std::string waiting;  ///< the id of a tasks/result that waits; empty if none does
        std::string token;    ///< the progress token, raw; empty if there is none
        long bytes = 0;       ///< of the text that its result has in addition
        long progress = 0;    ///< what was reported last
    };

    void finish(const std::string& id, bool with_log);
    void list(const call& asked, std::string_view params);
    void send_task_result(const std::string& request, const std::string& id);
    void report_progress(task& reported);
    static std::string shown(const std::string& id, const task& shown_task);

    server& server_;
    std::map<std::string, task> tasks_;
    long last_ = 0;
};

}  // namespace fixture
