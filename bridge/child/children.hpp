// Every child of one command line.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bridge/child/command.hpp"
#include "bridge/child/link.hpp"

namespace bridge::child {

/// Starts children, bounds their number and knows all that live, so that none is forgotten when the bridge stops.
class children {
public:
    /// `what`, `bounds` and `secrets` must outlive it.
    children(core::executor where, const command& what, const core::limits& bounds, const core::redactor& secrets)
        : where_(where), command_(what), bounds_(bounds), secrets_(secrets), changed_(where) {}

    /// Starts a child; null if that fails, and `failure` says why in one sentence.
    std::shared_ptr<link> start(const std::weak_ptr<link_owner>& owner, std::string& failure);

    /// Starts the stop ladder of all; nothing is started any more.
    void close_all(const std::string& reason);

    /// Kills the process groups of all at once.
    void kill_all();

    /// Waits until all have ended. False if `deadline` came first.
    core::task<bool> wait_all_ended(core::clock::time_point deadline);

    std::size_t count() const { return links_.size(); }

private:
    static core::task<void> run(children& self, std::shared_ptr<link> started);

    core::executor where_;
    const command& command_;
    const core::limits& bounds_;
    const core::redactor& secrets_;
    core::event changed_;
    std::vector<std::shared_ptr<link>> links_;
    bool closed_ = false;
};

}  // namespace bridge::child
