#include "bridge/session/task_owners.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"

namespace bridge::session {
namespace {

bool has_expired(const task_owners::task& each, core::clock::time_point now) {
    return each.until && *each.until <= now;
}

}  // namespace

bool task_owners::add(std::string_view id, std::string_view owner, std::string_view session, std::optional<std::chrono::milliseconds> ttl,
                      core::clock::time_point now) {
    if (id.size() > longest_id) return false;
    if (const auto at = tasks_.find(id); at != tasks_.end()) {
        if (at->second.owner != owner && !has_expired(at->second, now)) return false;
        remove(id);
    }
    make_room(owner);
    task made{.owner = std::string(owner), .session = std::string(session), .until = std::nullopt};
    if (ttl) made.until = now + *ttl;
    const auto added = tasks_.emplace(std::string(id), std::move(made)).first;
    by_owner_[std::string(owner)].push_back(&added->first);
    return true;
}

void task_owners::make_room(std::string_view owner) {
    const std::size_t most = bounds_.tasks_per_owner;
    if (const auto own = by_owner_.find(owner); own != by_owner_.end() && own->second.size() >= most) {
        core::meters().count_hit(core::bound::tasks);
        return remove_oldest(own->second);
    }
    if (tasks_.size() < most * most_owners_full) return;
    core::meters().count_hit(core::bound::tasks);
    remove_oldest(std::ranges::max_element(by_owner_, {}, [](const auto& each) { return each.second.size(); })->second);
}

void task_owners::remove_oldest(ids& owned) {
    const std::string id = *owned.front();
    remove(id);
}

void task_owners::remove(std::string_view id) {
    const auto at = tasks_.find(id);
    if (at == tasks_.end()) return;
    const auto of = by_owner_.find(at->second.owner);
    std::erase(of->second, &at->first);
    if (of->second.empty()) by_owner_.erase(of);
    tasks_.erase(at);
}

const task_owners::task* task_owners::find(std::string_view id, core::clock::time_point now) const {
    const auto at = tasks_.find(id);
    return at == tasks_.end() || has_expired(at->second, now) ? nullptr : &at->second;
}

bool task_owners::is_owned(std::string_view id, std::string_view owner, core::clock::time_point now) const {
    const task* const found = find(id, now);
    return found != nullptr && found->owner == owner;
}

void task_owners::remove_owner(std::string_view owner) {
    const auto of = by_owner_.find(owner);
    if (of == by_owner_.end()) return;
    for (const std::string* const id : of->second) tasks_.erase(tasks_.find(std::string_view(*id)));
    by_owner_.erase(of);
}

void task_owners::clear() {
    tasks_.clear();
    by_owner_.clear();
}

}  // namespace bridge::session
