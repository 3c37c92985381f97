// A reference that knows whether what it refers to is still there.
#pragma once

#include <memory>

namespace bridge::core {

/// Member of an object that no shared_ptr owns, for coroutines that may outlive it: a reference that `refer` gave yields null once
/// the object is gone.
template <class T>
class lifetime {
public:
    explicit lifetime(T& of) : of_(std::make_shared<int>(), &of) {}
    lifetime(const lifetime&) = delete;
    lifetime& operator=(const lifetime&) = delete;

    std::weak_ptr<T> refer() const { return of_; }

private:
    std::shared_ptr<T> of_;  // shares the owner of a number, not of the object
};

}  // namespace bridge::core
