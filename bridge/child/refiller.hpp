// Keeps a stock of processes full, without haste when they fail.
#pragma once

#include <functional>
#include <memory>

#include "bridge/core/activity.hpp"
#include "bridge/core/event.hpp"

namespace bridge::child {

/// Adds to a stock whenever it lacks something, each when the processes' restart policy allows a start.
class refiller {
public:
    struct stock {
        std::function<bool()> lacks;                    ///< one more is wanted and may be added now
        std::function<void()> add;                      ///< adds one, so that `lacks` or `next` changes
        std::function<core::clock::time_point()> next;  ///< nothing is to be added before
    };

    /// The functions of `of` are called on the loop, from a turn of its own, and never after `stop`.
    static std::shared_ptr<refiller> make(core::executor where, stock of);

    /// To be called whenever the stock may lack something, and every second or so, because an exception ends an attempt. Cheap.
    void check();

    /// Ends it for good.
    void stop();

private:
    refiller(core::executor where, stock of);
    static core::task<void> run(std::shared_ptr<refiller> self, core::activity::token running);

    core::executor where_;
    std::weak_ptr<refiller> self_;
    stock of_;
    core::event changed_;
    core::activity running_;
    bool stopped_ = false;
};

}  // namespace bridge::child
