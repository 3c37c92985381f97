// One fault that a running process can be given at any moment, from outside.
#pragma once

#include <string>
#include <string_view>

namespace fixture {

class server;

/// What `--fault` names; README.md lists the names. It begins at the moment that `--fault-at` names. SIGUSR1 begins it too, and
/// ends one that has begun and was not the process's end.
class fault {
public:
    /// A name that is unknown ends the process with a message.
    explicit fault(std::string name);

    /// Begins it. What acts at once, acts now.
    void begin(server& faulty_server);
    /// Ends it; a process that has not read its input reads it now.
    void end(server& faulty_server);
    bool is_on() const { return is_on_; }

    /// What is written instead of `answer`, the right answer to the request `id` with this `body` ("result":... or "error":...).
    /// The right answer if the fault is not on, or not about answers; several lines stand for several answers.
    std::string shaped(std::string answer, const std::string& id, std::string_view body) const;

private:
    std::string name_;
    bool is_on_ = false;
};

}  // namespace fixture
