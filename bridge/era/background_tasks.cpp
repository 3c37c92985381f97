#include "bridge/era/background_tasks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {

struct background_tasks::entry {
    std::string principal;
    background_task task;
    std::shared_ptr<session::exchange> call;  // null once it has ended
    std::shared_ptr<parked_calls> questions;
    std::uint64_t known = 0;  // the version of the questions that the task has
};

void background_tasks::take_over(modern_client& client, core::clock::time_point now) {
    if (!is_on()) return;
    std::vector<std::shared_ptr<session::exchange>> due;
    const auto is_due = [now](const auto& each) {
        const modern_form* const form = form_of(*each);
        return form != nullptr && form->task_due() <= now && !each->is_parked();
    };
    std::ranges::copy_if(client.calls().all(), std::back_inserter(due), is_due);
    for (const auto& each : due) begin(client, each);
}

void background_tasks::begin(modern_client& client, const std::shared_ptr<session::exchange>& call) {
    const std::string& principal = client.who().principal;
    if (!make_room(principal)) return;
    const auto made = std::make_shared<entry>(
        entry{principal, background_task(client.server_info(), bounds_, client.payer()), call, client.parked().shared_from_this(), 0});
    entries_.emplace(made->task.id(), made);
    made->questions->when_task_asks([this](const session::exchange& asking) {
        const auto found = std::ranges::find_if(entries_, [&asking](const auto& each) { return each.second->call.get() == &asking; });
        if (found != entries_.end()) look_for_questions(*found->second);
    });
    form_of(*call)->become_task();
    // From now on the time of the task counts.
    call->restart(core::clock::time_point::max());
    call->when_settled([this, one = std::weak_ptr(made)](bool) {
        if (const auto ended = one.lock()) on_end(*ended);
    });
    std::string answer = call->answer_head(jsonrpc::message_kind::result) + made->task.handle();
    answer += jsonrpc::answer_tail;
    call->park(std::move(answer), core::memory_charge(client.payer(), core::memory_use::stream));
    spdlog::debug("a call of {} goes on as a task", principal);
}

// At a limit, a task makes room that has ended and whose client knows that.
bool background_tasks::make_room(std::string_view principal) {
    const auto is_own = [principal](const entry& each) { return each.principal == principal; };
    const auto own = std::ranges::count_if(entries_, [&is_own](const auto& each) { return is_own(*each.second); });
    if (static_cast<std::size_t>(own) >= bounds_.background_tasks_per_principal) {
        core::meters().count_hit(core::bound::principal_tasks);
        return forget_one([&is_own](const entry& each) { return is_own(each) && each.task.was_seen(); });
    }
    if (entries_.size() < bounds_.background_tasks) return true;
    core::meters().count_hit(core::bound::background_tasks);
    return forget_one([](const entry& each) { return each.task.was_seen(); });
}

// Forgets the task that ended first of those that can go. Returns false if there is none.
bool background_tasks::forget_one(const std::function<bool(const entry&)>& can_go) {
    auto chosen = entries_.end();
    for (auto each = entries_.begin(); each != entries_.end(); ++each) {
        if (!each->second->task.has_ended() || !can_go(*each->second)) continue;
        if (chosen == entries_.end() || each->second->task.deadline() < chosen->second->task.deadline()) chosen = each;
    }
    if (chosen == entries_.end()) return false;
    entries_.erase(chosen);
    return true;
}

std::shared_ptr<background_tasks::entry> background_tasks::find(std::string_view principal, std::string_view id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() || found->second->principal != principal ? nullptr : found->second;
}

task_text background_tasks::details(std::string_view principal, std::string_view id) {
    const std::shared_ptr<entry> found = find(principal, id);
    if (!found) return {};
    look_for_questions(*found);
    found->task.mark_seen();
    return found->task.details();
}

bool background_tasks::answer(std::string_view principal, std::string_view id, std::string_view responses, const jsonrpc::envelope& message,
                              std::string* text) {
    const std::shared_ptr<entry> found = find(principal, id);
    if (!found) return false;
    if (found->call) found->questions->answer(*found->call, responses, message, text);
    look_for_questions(*found);
    return true;
}

bool background_tasks::cancel(std::string_view principal, std::string_view id) {
    const std::shared_ptr<entry> found = find(principal, id);
    if (!found) return false;
    if (const std::shared_ptr<session::exchange> call = found->call) call->withdraw({});
    return true;
}

std::vector<std::string> background_tasks::known(std::string_view principal, const std::vector<std::string>& ids) const {
    std::vector<std::string> out;
    std::set<std::string_view> seen;
    for (const std::string& each : ids) {
        if (find(principal, each) && seen.insert(each).second) out.push_back(each);
    }
    return out;
}

// The child can also withdraw its questions, so the task asks for them whenever it is looked at.
void background_tasks::look_for_questions(entry& asked) {
    if (!asked.call) return;
    // The questions can be long, so they are written again only if there are others.
    const std::uint64_t version = asked.questions->version_of(*asked.call);
    if (std::exchange(asked.known, version) == version) return;
    if (asked.task.ask(asked.questions->requests_of(*asked.call))) tell(asked);
}

void background_tasks::on_end(entry& ended) {
    core::memory_charge charge;
    std::string answer = ended.call->remove_kept_answer(charge);
    const bool is_starved = answer.size() > core::small_message_bytes && charge.is_full();
    if (is_starved) {
        memory_.report(core::memory_measure::message_refused, "the result of a task was dropped");
        std::string error;
        jsonrpc::append_error(error, "0", jsonrpc::error_code::internal_error, "the bridge has no memory for the result");
        answer = std::move(error);
        charge.set(core::capacity_of(answer));
    }
    ended.task.end(std::move(answer), std::move(charge));
    ended.call = nullptr;
    ended.questions = nullptr;
    tell(ended);
    task_ended_.notify();
}

void background_tasks::tell(entry& changed) {
    if (tell_) tell_(changed.principal, changed.task);
}

void background_tasks::sweep(core::clock::time_point now) {
    std::vector<std::shared_ptr<entry>> over;
    for (const auto& [id, each] : entries_) {
        if (each->task.deadline() <= now) over.push_back(each);
        look_for_questions(*each);
    }
    for (const auto& each : over) {
        core::meters().count_hit(each->task.has_ended() ? core::bound::task_keep : core::bound::task_time);
        if (const std::shared_ptr<session::exchange> call = each->call) {
            call->abandon("the task took longer than --limit max-task-time allows");
        } else {
            entries_.erase(each->task.id());
        }
    }
    free_memory();
}

// Results that their clients have read make room before anything is refused for want of memory, and all others when nothing else can be kept.
void background_tasks::free_memory() {
    const auto is_large = [](const entry& each) { return each.task.cost() > core::small_message_bytes; };
    const auto was_read = [&is_large](const entry& each) { return is_large(each) && each.task.was_seen(); };
    while (memory_.is_tight() && forget_one(was_read)) memory_.report(core::memory_measure::message_refused, "a result that was read is forgotten");
    while (memory_.is_full() && forget_one(is_large)) memory_.report(core::memory_measure::message_refused, "the result of a task is forgotten");
}

core::task<bool> background_tasks::wait_until_idle(core::clock::time_point deadline) {
    while (count_running() != 0 && core::clock::now() < deadline) co_await task_ended_.wait_until(deadline);
    co_return count_running() == 0;
}

std::size_t background_tasks::count_running() const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [](const auto& each) { return !each.second->task.has_ended(); }));
}

bool background_tasks::are_awaited() const {
    const auto is_awaited = [](const background_task& each) { return !each.was_seen() && each.status() != task_status::cancelled; };
    return std::ranges::any_of(entries_, [&](const auto& each) { return is_awaited(each.second->task); });
}

std::size_t background_tasks::count_asking() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(entries_, [](const auto& each) { return each.second->task.status() == task_status::input_required; }));
}

}  // namespace bridge::era
