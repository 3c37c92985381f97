// The messages to the service manager that started the bridge.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace bridge::app {

/// Reports the state of the bridge to systemd (sd_notify(3)). Without a service manager that asks for it, nothing happens.
class service_manager {
public:
    /// Reads NOTIFY_SOCKET, and removes it from the environment: no other process may speak for the bridge.
    service_manager();

    /// The bridge listens.
    void report_ready() const { send("READY=1"); }

    /// The process `successor` is the main process of the service from now on, in the place of this one.
    void report_successor(pid_t successor) const { send("MAINPID=" + std::to_string(successor)); }

    /// The bridge has begun to stop.
    void report_stopping() const { send("STOPPING=1"); }

private:
    void send(std::string_view state) const;

    std::string path_;
};

}  // namespace bridge::app
