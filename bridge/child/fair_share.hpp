// How places are shared out when there are fewer than are wanted.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::child {

/// The one rule for everything that principals share: server processes, calls on a shared process, requests that wait for a process
/// of their own. Any principal gets a place while one is free. When none is free, the principal that holds least goes first, and a
/// principal with less than its fair share may have a place of one with more. The fair share is places / principals, counted over
/// the principals that hold or want something, and at least 1. With one principal the rule changes nothing. Does no I/O.
///
/// The empty principal is the bridge itself: it goes first and is not counted.
class fair_share {
    struct account {
        std::size_t held = 0;
        std::size_t wanted = 0;
    };
    using accounts = std::map<std::string, account, std::less<>>;

public:
    explicit fair_share(std::size_t places) : places_(places), accounts_(std::make_shared<accounts>()) {}

    /// A place that a principal holds, or wants, for as long as this object lives. It may outlive the fair_share.
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

        std::shared_ptr<accounts> all_;  // null for a part of the bridge itself
        accounts::iterator at_{};
        std::size_t account::*kind_ = nullptr;
    };

    part hold(std::string_view principal) { return {accounts_, principal, &account::held}; }
    part want(std::string_view principal) { return {accounts_, principal, &account::wanted}; }

    std::size_t held(std::string_view principal) const;
    bool is_above(std::string_view principal) const { return held(principal) > share(principal); }

    /// One more place may be given to `principal` while `taken` are. Beyond `places` there is a small reserve, so that a principal
    /// below its share does not have to wait for the places of the others, which may be held for long.
    bool admits(std::string_view principal, std::size_t taken) const;

    /// The most that `admits` allows to be taken of so many places.
    static std::size_t with_reserve(std::size_t places) { return places + (places + 15) / 16; }

    // ---- a line of those who wait, given as the principals in the order in which they came

    struct turn {
        std::size_t index;    ///< in the line
        bool is_below_share;  ///< its principal holds less than its share even after the turns before
    };

    /// The order in which those in `line` get the next places.
    std::vector<turn> turns(const std::vector<std::string_view>& line) const;

    /// The index of the one that gets the next place; `line` is not empty.
    std::size_t first(const std::vector<std::string_view>& line) const;

    /// The index of the one that has to leave a full line when `newcomer` comes: the newest of the principal that holds and wants
    /// most. `line.size()` if that is the newcomer itself.
    std::size_t refused(const std::vector<std::string_view>& line, std::string_view newcomer) const;

private:
    std::size_t share(std::string_view principal) const;

    std::size_t places_;
    std::shared_ptr<accounts> accounts_;  // none that neither holds nor wants anything
};

}  // namespace bridge::child
