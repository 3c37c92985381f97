#include "bridge/era/child_tasks.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "bridge/core/metrics.hpp"
#include "bridge/era/iso_time.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::era {
namespace {

using session::task_owners;
using namespace std::chrono_literals;

// The time for which a task is known that says nothing, or something longer.
constexpr std::chrono::milliseconds longest_life = 24h;

// Of a raw time in the description of a task.
constexpr std::size_t longest_time = 64;

std::chrono::milliseconds life_of(std::string_view raw) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
    if (error != std::errc() || end != raw.data() + raw.size() || out < 0) return longest_life;
    return std::min(longest_life, std::chrono::milliseconds(out));
}

std::string short_value(std::string_view object, std::string_view name, std::string_view otherwise) {
    const std::string_view value = jsonrpc::find_member(object, name);
    return std::string(value.empty() || value.size() > longest_time ? otherwise : value);
}

bool is_running(std::string_view status) {
    return status.starts_with('"') && (jsonrpc::string_equals(status, "working") || jsonrpc::string_equals(status, "input_required"));
}

}  // namespace

std::string child_tasks::id_in(std::string_view created) {
    const std::string_view raw_id = jsonrpc::find_member(created, "taskId");
    if (!raw_id.starts_with('"') || raw_id.size() > task_owners::longest_raw_id) return {};
    std::string id = jsonrpc::decode_string(raw_id);
    return id.size() > task_owners::longest_id ? std::string() : id;
}

void child_tasks::record(child::link& maker, std::string_view created, core::clock::time_point now, std::shared_ptr<const task_claim> claim) {
    std::string id = id_in(created);
    if (id.empty()) return;
    if (!entries_.contains(id) && entries_.size() >= bounds_.tasks_per_owner) make_room();
    entry made;
    made.maker = maker.weak_from_this();
    made.claim = std::move(claim);
    made.created = short_value(created, "createdAt", '"' + iso_time(std::chrono::system_clock::now()) + '"');
    entries_.insert_or_assign(id, std::move(made));
    update(id, created, now);
    update_charge();
}

void child_tasks::make_room() {
    core::meters().count_hit(core::bound::tasks);
    const auto first = std::ranges::min_element(entries_, {}, [](const auto& each) { return each.second.deadline; });
    if (first != entries_.end()) entries_.erase(first);
}

void child_tasks::update(std::string_view id, std::string_view task, core::clock::time_point now) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.has_failed || found->second.is_disputed()) return;
    const std::string_view status = jsonrpc::find_member(task, "status");
    if (!status.empty()) found->second.runs = is_running(status);
    found->second.ttl = short_value(task, "ttlMs", "null");
    found->second.deadline = now + life_of(found->second.ttl);
}

void child_tasks::end(std::string_view id) {
    const auto found = entries_.find(id);
    if (found != entries_.end()) found->second.runs = false;
}

std::shared_ptr<child::link> child_tasks::maker_of(std::string_view id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() || found->second.has_failed || found->second.is_disputed() ? nullptr : found->second.maker.lock();
}

std::string child_tasks::failure_of(std::string_view id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end() || !(found->second.has_failed || found->second.is_disputed())) return {};
    const entry& failed = found->second;
    const std::string_view reason =
        failed.has_failed ? R"("the server process ended before the task")" : R"("the server has given the id of the task to another one")";
    const std::string lost = failed.has_failed ? failed.lost : iso_time(std::chrono::system_clock::now());
    std::string out = R"("taskId":)";
    jsonrpc::append_string(out, id);
    out += R"(,"status":"failed","createdAt":)" + failed.created + R"(,"lastUpdatedAt":")" + lost + R"(","ttlMs":)" + failed.ttl;
    out.append(R"(,"statusMessage":)").append(reason);
    out += R"(,"error":{"code":)" + std::to_string(jsonrpc::error_code::internal_error) + R"(,"message":)";
    return out.append(reason) + '}';
}

std::vector<std::string> child_tasks::known(const std::vector<std::string>& ids) const {
    std::vector<std::string> out;
    std::set<std::string_view> seen;
    for (const std::string& each : ids) {
        if (entries_.contains(each) && seen.insert(each).second) out.push_back(each);
    }
    return out;
}

bool child_tasks::are_running() const {
    return std::ranges::any_of(entries_, [](const auto& each) { return each.second.runs && !each.second.is_disputed(); });
}

std::vector<child_tasks::running_task> child_tasks::running() const {
    std::vector<running_task> out;
    for (const auto& [id, each] : entries_) {
        std::shared_ptr<child::link> maker = each.runs && !each.is_disputed() ? each.maker.lock() : nullptr;
        if (maker) out.push_back({id, std::move(maker)});
    }
    return out;
}

std::vector<std::string> child_tasks::lose(const child::link& link) {
    std::vector<std::string> out;
    for (auto& [id, each] : entries_) {
        if (each.maker.lock().get() != &link) continue;
        each.maker.reset();
        if (each.runs) {
            each.has_failed = true;
            each.lost = iso_time(std::chrono::system_clock::now());
            out.push_back(id);
        }
        each.runs = false;
    }
    return out;
}

void child_tasks::sweep(core::clock::time_point now) {
    const std::size_t forgotten = std::erase_if(entries_, [now](const auto& each) { return each.second.deadline <= now; });
    if (forgotten != 0) update_charge();
}

void child_tasks::update_charge() {
    std::size_t bytes = 0;
    for (const auto& [id, each] : entries_) {
        bytes += sizeof(entry) + core::capacity_of(id) + core::capacity_of(each.created);
        if (each.claim) bytes += sizeof(task_claim) + core::capacity_of(id) + core::capacity_of(each.claim->principal);
    }
    charge_.set(bytes);
}

}  // namespace bridge::era
