// A weak reference to an object that no shared_ptr owns.
#pragma once

#include <memory>

namespace bridge::core {

/// Make this a member of an object that no shared_ptr owns, for coroutines that may outlive the object. A reference from `refer` yields
/// null after the object is destroyed.
template <class T>
class lifetime {
public:
    explicit lifetime(T& object) : of_(std::make_shared<int>(), &object) {}
    lifetime(const lifetime&) = delete;
    lifetime& operator=(const lifetime&) = delete;

    std::weak_ptr<T> refer() const { return of_; }

private:
    std::shared_ptr<T> of_;  // shares ownership of a number, not of the object
};

}  // namespace bridge::core
