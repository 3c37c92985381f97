// The children that run, as the line for their places sees them.
#pragma once

#include <cstddef>

namespace bridge::child {

/// The facts about the children that run, for `child_places`.
class running_children {
public:
    virtual ~running_children() = default;
    virtual std::size_t running() const = 0;
    virtual bool has_warm() const = 0;
    /// The children whose places are about to be free: children that end, and warm ones.
    virtual std::size_t sparable() const = 0;
    /// A claim has left the line, so that a child may be started ahead of need.
    virtual void on_line_shorter() = 0;
};

}  // namespace bridge::child
