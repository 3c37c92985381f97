// The resources and tasks of one subscription at a modern child.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace bridge::era {

/// The things beside lists that a subscription can be about.
enum class subject { resource, task };

/// The lists whose changes a child reports.
struct list_kinds {
    bool tools = false;
    bool prompts = false;
    bool resources = false;
};

/// One `subscriptions/listen`. It cannot be changed: what is not wanted any more is stale, until another one replaces it.
class listen_group {
public:
    using names = std::set<std::string>;

    std::uint64_t number = 0;  ///< of the request; 0: it is not open, or not any more
    bool has_lists = false;    ///< it is about the lists that can change, too
    bool is_replaced = false;  ///< the one that is being opened has its names
    bool must_go = false;      ///< something of it is not wanted any more, and it is short enough to be replaced for that

    const names& live(subject kind) const { return live_[static_cast<std::size_t>(kind)]; }
    bool contains(subject kind, const std::string& name) const { return live(kind).contains(name); }
    bool is_stale(subject kind, const std::string& name) const { return stale_[static_cast<std::size_t>(kind)].contains(name); }

    void insert(subject kind, const std::string& name);
    /// Adds the names of `other`, which are wanted.
    void insert(const listen_group& other);
    /// Removes a name that was not sent to the child. Returns false if it was not there.
    bool erase(subject kind, const std::string& name);
    /// The name is not wanted any more. Returns false if it was not there.
    bool retire(subject kind, const std::string& name);
    /// The name is wanted again. Returns false if it was not stale.
    bool revive(subject kind, const std::string& name);
    /// Removes all names of that kind but `honoured`.
    void keep(subject kind, const names& honoured);

    /// The wanted names of that kind as a raw list.
    std::string text(subject kind) const;
    /// The strings in the raw list `list`; none if it is no list.
    static names read(std::string_view list);

    /// The memory for the wanted names and for the others, in bytes.
    std::size_t bytes() const { return bytes_; }
    std::size_t stale_bytes() const { return stale_bytes_; }
    bool is_empty() const { return bytes_ == 0 && !has_lists; }

    /// The memory for one name, in bytes.
    static std::size_t cost_of(const std::string& name);

private:
    std::array<names, 2> live_;
    std::array<names, 2> stale_;
    std::size_t bytes_ = 0;
    std::size_t stale_bytes_ = 0;
};

}  // namespace bridge::era
