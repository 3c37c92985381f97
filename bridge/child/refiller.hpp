// Keeps a stock of processes full, without haste when they fail.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bridge/core/event.hpp"
#include "bridge/core/limits.hpp"

namespace bridge::child {

/// Adds to a stock whenever it lacks something. After one of the stock failed, the next is added only after a delay,
/// which doubles with each failure (`limits.refill_delay` to `limits.refill_delay_most`) until a good one is handed out;
/// while there is a delay, they are added one at a time. Several that were added together and fail together count once.
class refiller {
public:
    /// `lacks` says whether one more is wanted and may be added now; `add` adds one, so that either `lacks` changes in
    /// the end or `note_failure` is called. Both are called on the loop, from a turn of its own, and never after `stop`.
    /// `name` is for the log. `name` and `bounds` must outlive it.
    static std::shared_ptr<refiller> make(core::executor where, const std::string& name, const core::limits& bounds,
                                          std::function<bool()> lacks, std::function<void()> add);

    /// To be called whenever the stock may lack something. Cheap.
    void check();

    /// One of the stock could not be added, or ended before anybody needed it.
    void note_failure();

    /// One of the stock was handed out in a good state.
    void note_success();

    /// Ends it for good.
    void stop();

private:
    refiller(core::executor where, const std::string& name, const core::limits& bounds, std::function<bool()> lacks,
             std::function<void()> add);
    static core::task<void> run(std::shared_ptr<refiller> self);

    core::executor where_;
    std::weak_ptr<refiller> self_;
    const std::string& name_;
    const core::limits& bounds_;
    std::function<bool()> lacks_;
    std::function<void()> add_;
    core::event changed_;
    core::clock::time_point next_{};      // nothing is added before
    std::chrono::milliseconds delay_{0};  // none while all is well
    bool failure_counted_ = false;        // since something was added last
    bool running_ = false;
    bool stopped_ = false;
};

}  // namespace bridge::child
