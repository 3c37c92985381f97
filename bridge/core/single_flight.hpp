// Something that several coroutines need and that one of them does.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "bridge/core/event.hpp"

namespace bridge::core {

/// Lets one coroutine do something while the others that need it wait for the end. The doer keeps a `flight`; an exception ends that, too.
class single_flight {
public:
    class flight {
    public:
        /// `all` must outlive the object, and must not be under way.
        explicit flight(single_flight& all) : all_(all) { all_.is_under_way_ = true; }
        ~flight() {
            all_.is_under_way_ = false;
            for (const auto& each : std::exchange(all_.waiting_, {})) each->notify();
        }
        flight(const flight&) = delete;
        flight& operator=(const flight&) = delete;

    private:
        single_flight& all_;
    };

    bool is_under_way() const { return is_under_way_; }

    /// The event that reports the end of the flight that is under way. The doer bounds the time until then. One coroutine may wait for it.
    std::shared_ptr<event> landing(executor loop_executor) { return waiting_.emplace_back(std::make_shared<event>(loop_executor)); }

private:
    bool is_under_way_ = false;
    std::vector<std::shared_ptr<event>> waiting_;
};

}  // namespace bridge::core
