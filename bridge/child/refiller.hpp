// The refill of a stock of processes, at the pace of a restart policy.
#pragma once

#include <functional>
#include <memory>

#include "bridge/core/activity.hpp"
#include "bridge/core/event.hpp"

namespace bridge::child {

/// Adds to a stock while it lacks something. Each addition waits until the restart policy of the processes allows a start.
class refiller {
public:
    struct stock {
        std::function<bool()> lacks;                    ///< true if one more is wanted and may be added now
        std::function<void()> add;                      ///< adds one, so that `lacks` or `next` changes
        std::function<core::clock::time_point()> next;  ///< the earliest time of the next addition
    };

    /// Calls the functions of `refilled` on the loop, in a turn of their own, and never after `stop`.
    static std::shared_ptr<refiller> make(core::executor executor, stock refilled);

    /// Starts a refill if the stock lacks something. To be called whenever that may be so, and about once a second, because an exception ends an
    /// attempt. Cheap.
    void check();

    /// Stops the refill for good.
    void stop();

private:
    refiller(core::executor executor, stock refilled);
    static core::task<void> run(std::shared_ptr<refiller> self, core::activity::token running);

    core::executor executor_;
    std::weak_ptr<refiller> self_;
    stock stock_;
    core::event changed_;
    core::activity running_;
    bool stopped_ = false;
};

}  // namespace bridge::child
