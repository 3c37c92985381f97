// A lack of what the bridge needs to start a process.
#pragma once

#include <string>

#include "bridge/core/event.hpp"
#include "bridge/process/command.hpp"
#include "bridge/process/launcher.hpp"

namespace bridge::child {

/// Remembers starts that failed for lack of descriptors, processes or memory. Such a shortage often passes soon, because connections and other
/// processes end. It is no failure of the server.
class shortage {
public:
    /// A claim for a child is tried again for this long before it is refused for the moment.
    static constexpr std::chrono::milliseconds patience{1'000};

    /// `command` must outlive the object.
    explicit shortage(const process::command& command) : command_(command) {}

    /// Records and logs `failure`. Returns the text for the client.
    std::string record(const process::launch_failure& failure);

    /// Nothing is started ahead of need until then.
    core::clock::time_point end() const { return end_; }

private:
    const process::command& command_;
    core::clock::time_point end_{};
    core::clock::time_point next_log_{};
};

}  // namespace bridge::child
