// A counter of activities that are under way, such as a running coroutine.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace bridge::core {

/// Counts the activities that are under way. Each `begin` returns a token, and the activity counts until the token is destroyed. So an
/// exception that ends the coroutine ends its activity too. A token may outlive this counter.
class activity {
public:
    class token {
    public:
        explicit token(std::shared_ptr<std::size_t> count) : count_(std::move(count)) { ++*count_; }
        token(token&& other) noexcept = default;
        token(const token&) = delete;
        token& operator=(const token&) = delete;
        token& operator=(token&&) = delete;
        ~token() { end(); }

        /// Ends the activity early.
        void end() {
            if (count_) --*count_;
            count_.reset();
        }

    private:
        std::shared_ptr<std::size_t> count_;
    };

    [[nodiscard]] token begin() { return token(count_); }
    std::size_t count() const { return *count_; }
    bool is_under_way() const { return *count_ != 0; }

private:
    std::shared_ptr<std::size_t> count_ = std::make_shared<std::size_t>(0);
};

}  // namespace bridge::core
