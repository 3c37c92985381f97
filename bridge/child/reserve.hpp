// Processes that can be given up.
#pragma once

namespace bridge::child {

/// Holds processes that nobody needs yet, and gives them up for those who do.
class reserve {
public:
    virtual ~reserve() = default;

    /// True if `yield` has one to end.
    virtual bool can_yield() const = 0;

    /// Starts to end one, because its place is needed.
    virtual void yield() = 0;

    /// Some child has ended: a place may be free, or one that was held is lost.
    virtual void on_child_end() = 0;

    /// Called every second or so: what an exception has kept from being started ahead is tried again.
    virtual void look() = 0;

    /// Nothing is started any more.
    virtual void on_close() = 0;
};

}  // namespace bridge::child
