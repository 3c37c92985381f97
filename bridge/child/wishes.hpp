// The wishes of those who wait for one and the same thing.
#pragma once

#include <algorithm>
#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace bridge::child {

/// Knows whether anybody still wants the thing that several wait for.
class wishes {
public:
    /// The wish of one who waits, as long as the object lives.
    class wish {
    public:
        /// `is_wanted` returns false once the thing is not wanted any more; an empty function means that it is always wanted. `all` must outlive the
        /// object.
        wish(wishes& all, std::function<bool()> is_wanted) : all_(all.all_), at_(all_.insert(all_.end(), std::move(is_wanted))) {}
        ~wish() { all_.erase(at_); }
        wish(const wish&) = delete;
        wish& operator=(const wish&) = delete;

    private:
        std::list<std::function<bool()>>& all_;
        std::list<std::function<bool()>>::iterator at_;
    };

    /// True if any of them wants it.
    bool any() const {
        return std::ranges::any_of(all_, [](const auto& is_wanted) { return !is_wanted || is_wanted(); });
    }

    /// Returns `any` as a function. It returns false after the end of `owner`, of which this object is a part.
    std::function<bool()> watch(std::weak_ptr<const void> owner) const {
        return [this, owner = std::move(owner)] { return owner.lock() != nullptr && any(); };
    }

private:
    std::list<std::function<bool()>> all_;
};

}  // namespace bridge::child
