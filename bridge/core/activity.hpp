// Something that is under way, until whoever does it is done or fails.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace bridge::core {

/// Counts what is under way. Each `begin` gives a token that counts for as long as it lives, and so also ends if an exception ends
/// the coroutine that holds it. A token may outlive the activity.
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

        /// Ends it early.
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
