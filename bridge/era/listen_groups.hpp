// The subscriptions of the bridge at one modern child.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "bridge/era/listen_group.hpp"

namespace bridge::era {

/// Chooses which `subscriptions/listen` is opened next, and which ones it replaces. Usually there is one, which each change replaces. A request that
/// repeated all names for each further one would cost time in proportion to their square. So a long one is replaced only by one that is as long
/// again, and each name is sent a few times in all, however many follow. Nothing is added or removed while one is being opened. It does no I/O.
class listen_groups {
public:
    /// A shorter one is replaced by each change.
    static constexpr std::size_t usual_bytes = 32 * 1024;
    /// The longest one: it is written, and its acknowledgement is read, in one turn each.
    static constexpr std::size_t most_in_one = 1024 * 1024;
    /// All of them. Each is a call that the child has not answered.
    static constexpr std::size_t most_in_all = 64 * most_in_one;

    enum class outcome {
        done,      ///< the child need not be told
        due,       ///< the next one that is opened brings it
        too_many,  ///< there is no room for the name
    };

    /// The lists are wanted.
    void add_lists();
    outcome add(subject kind, const std::string& name);
    outcome remove(subject kind, const std::string& name);

    /// True if no further name should be added for the next one.
    bool is_full() const { return added_.bytes() >= most_in_one / 2; }

    /// True if one must be opened: for new names, or because one has ended or must be replaced.
    bool is_due() const;

    /// Begins to open one, and returns it. It has the names that were added, and those of the ones that it replaces. It can be empty: then `settle`
    /// replaces them by nothing.
    const listen_group& begin();
    /// Returns it again.
    const listen_group& next() const { return next_; }
    /// It is open as `number`, and has only these names; or, if it was empty, it is not needed. Returns the numbers of those that it replaces.
    std::vector<std::uint64_t> settle(std::uint64_t number, const listen_group::names& uris, const listen_group::names& tasks);
    /// It cannot be opened. The ones that it was to replace stay.
    void fail();

    /// The one with that number has ended. Returns true if it was about lists.
    bool lose(std::uint64_t number);

    /// The open one with that number; null if there is none.
    const listen_group* find(std::uint64_t number) const;
    /// True if the name is one of those that are open.
    bool contains(subject kind, const std::string& name) const;
    /// True if the child has agreed to send what is about the name, even if that subscription has ended since.
    bool were_agreed(subject kind, const std::string& name) const;
    /// True if one that is open is about lists.
    bool have_lists() const;
    /// True if one has ended and is still wanted.
    bool has_lost() const;

    /// The memory for all names, in bytes.
    std::size_t bytes() const;

private:
    std::list<listen_group> all_;
    listen_group added_;  // the names for the next one
    listen_group next_;   // the one that is being opened
};

}  // namespace bridge::era
