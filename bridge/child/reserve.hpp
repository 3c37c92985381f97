// Children that can be ended to make room.
#pragma once

namespace bridge::child {

/// Holds children that are not in use, and ends them when their places are needed.
class reserve {
public:
    virtual ~reserve() = default;

    /// True if `yield` can end a child.
    virtual bool can_yield() const = 0;

    /// Starts to end a child, because its place is needed.
    virtual void yield() = 0;

    /// A child has ended: a place may be free, or the reserve may have lost a child.
    virtual void on_child_end() = 0;

    /// Retries starts that an exception has prevented. Called about once a second.
    virtual void look() = 0;

    /// The bridge starts no more children.
    virtual void on_close() = 0;
};

}  // namespace bridge::child
