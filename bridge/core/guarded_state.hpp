// A state that changes only as its table allows.
#pragma once

#include <algorithm>
#include <stdexcept>

namespace bridge::core {

template <class State>
struct state_change {
    State from;
    State to;
};

/// The state of an object. `allowed`, an array of `state_change`, lists every change that the object may make. Any other change is a bug:
/// `enter` then throws, and leaves the state as it is.
template <class State, const auto& allowed>
class guarded_state {
public:
    explicit guarded_state(State first) : now_(first) {}

    State now() const { return now_; }
    bool is(State state) const { return now_ == state; }

    /// Changes to `next`; changes nothing if the object is in that state already.
    void enter(State next) {
        if (next == now_) return;
        const auto is_this = [this, next](const state_change<State>& each) { return each.from == now_ && each.to == next; };
        if (std::ranges::none_of(allowed, is_this)) throw std::logic_error("an object changed its state as its table does not allow");
        now_ = next;
    }

private:
    State now_;
};

}  // namespace bridge::core
