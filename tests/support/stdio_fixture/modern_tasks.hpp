// Tasks of the modern era: the extension io.modelcontextprotocol/tasks.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace fixture {

class server;
struct call;

/// With ids that can be guessed, and that each process begins anew. Any client may ask for all of them, if its request declares the extension.
class modern_tasks {
public:
    explicit modern_tasks(server& owner) : server_(owner) {}

    /// The methods tasks/..., and a tools/call with the argument `as_task` of a client that declares the extension: answers with a task, which is
    /// done after the argument `ms`. With the argument `ask`, a request to the client, it asks for that first. False for any other request.
    bool handle(const std::string& line, const std::string& id, const std::string& method);

private:
    struct task {
        std::string status = "working";
        std::string ttl;   ///< raw
        std::string who;   ///< the argument of that name
        std::string more;  ///< the members that the status adds, each with a comma in front
    };

    void create(const call& made);
    void go_on(const std::string& id, const std::string& asked);
    void update(const std::string& line, task& updated, const std::string& id);
    void change(const std::string& id, std::string_view status, std::string more);
    static std::string shown(const std::string& id, const task& shown_task);

    server& server_;
    std::map<std::string, task> tasks_;
    long last_ = 0;
};

}  // namespace fixture
