// The sharing of scarce places among principals.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace bridge::child {

/// The one rule for everything that principals share: server processes, calls on a shared process, and requests that wait for a process of their own.
/// While a place is free, any principal may have it. When no place is free, the principal that holds the fewest is served first, and a principal with
/// less than its fair share may have a place of a principal with more. The fair share is places / principals, and at least 1. The principals that
/// count are those that hold or want something. With one principal the rule changes nothing. The class does no I/O. `fair_line` orders claims by it.
///
/// The empty principal is the bridge itself: it is served first and is not counted.
class fair_share {
    struct account {
        std::size_t held = 0;
        std::size_t wanted = 0;
        std::list<std::function<void()>> watchers{};  // learn each change of `held`
    };
    using accounts = std::map<std::string, account, std::less<>>;

public:
    explicit fair_share(std::size_t places) : places_(places), accounts_(std::make_shared<accounts>()) {}

    /// A place that a principal holds, or wants, as long as this object lives. It may outlive the fair_share.
    class part {
    public:
        part() = default;
        part(part&& other) noexcept { swap(other); }
        part& operator=(part&& other) noexcept;
        ~part() { release(); }
        void release();

    private:
        friend class fair_share;
        part(std::shared_ptr<accounts> all, std::string_view principal, std::size_t account::*kind);
        void swap(part& other) noexcept;
        void change_by(std::ptrdiff_t difference) const;

        std::shared_ptr<accounts> all_;  // null for a part of the bridge itself
        accounts::iterator at_{};
        std::size_t account::*kind_ = nullptr;
    };

    /// A place that a principal wants, as long as this object lives, with the number of places that the principal holds.
    class watched_wish {
    public:
        /// `on_change` is called after each change of `held`. It must neither throw nor change `shares`.
        watched_wish(fair_share& shares, std::string_view principal, std::function<void()> on_change);
        ~watched_wish();
        watched_wish(const watched_wish&) = delete;
        watched_wish& operator=(const watched_wish&) = delete;

        std::size_t held() const { return part_.all_ ? part_.at_->second.held : 0; }

    private:
        part part_;
        std::list<std::function<void()>>::iterator watcher_{};
    };

    part hold(std::string_view principal) { return {accounts_, principal, &account::held}; }
    part want(std::string_view principal) { return {accounts_, principal, &account::wanted}; }

    std::size_t held(std::string_view principal) const;
    /// The share of `principal`, which counts as a principal that wants something.
    std::size_t share(std::string_view principal) const;
    bool is_above(std::string_view principal) const { return held(principal) > share(principal); }

    /// True if `principal` may have one more place while `taken` places are in use. Up to `places` every principal may. Beyond `places` there is a
    /// reserve of a sixteenth, rounded up. Only a principal that holds less than its share may use the reserve, and only if other principals hold or
    /// want something. The reason: no call is cancelled for another principal, and the calls of the others may last long, so without the reserve such
    /// a principal could wait for all that time.
    bool admits(std::string_view principal, std::size_t taken) const;

    /// The largest number of places that `admits` allows to be in use, for `places` places.
    static std::size_t with_reserve(std::size_t places) { return places + (places + 15) / 16; }

private:
    std::size_t places_;
    std::shared_ptr<accounts> accounts_;  // each entry holds or wants something
};

}  // namespace bridge::child
