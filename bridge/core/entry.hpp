// An element of a container that an object owns.
#pragma once

namespace bridge::core {

/// An element of a list, set or map, which leaves the container when this object is destroyed. The container must outlive the object.
template <class Container>
class entry {
public:
    /// `element` is one of `all`. Throws nothing.
    entry(Container& all, typename Container::iterator element) : all_(all), element_(element) {}
    ~entry() { all_.erase(element_); }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

private:
    Container& all_;
    typename Container::iterator element_;
};

}  // namespace bridge::core
