#include "bridge/session/running_tasks.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/task_owners.hpp"

namespace bridge::session {
namespace {

// Larger results and notifications are not searched, so that no turn of the loop takes long. Descriptions of tasks are small.
constexpr std::size_t most_bytes = 256 * 1024;

// The id that `raw` spells; empty if it is too long to be kept.
std::string id_of(std::string_view raw) {
    if (!raw.starts_with('"') || raw.size() > task_owners::longest_raw_id) return {};
    return jsonrpc::decode_string(raw);
}

}  // namespace

class running_tasks::running_task final : public child::task_sink {
public:
    running_task(std::weak_ptr<running_tasks> all, std::string id, std::string token, core::clock::time_point deadline, core::memory_charge charge)
        : all_(std::move(all)), id_(std::move(id)), token_(std::move(token)), deadline_(deadline), charge_(std::move(charge)) {
        charge_.set(sizeof(running_task) + core::capacity_of(id_) + core::capacity_of(token_));
    }

    const std::string& id() const { return id_; }
    const std::string& token() const { return token_; }
    core::clock::time_point deadline() const { return deadline_; }

    /// The client waits for the result of the task by `call`.
    void set_result_call(const std::shared_ptr<exchange>& call) { result_call_ = call; }

    /// That call, if it can carry a message to the client; null otherwise.
    std::shared_ptr<exchange> result_call() const {
        const std::shared_ptr<exchange> call = result_call_.lock();
        return call && call->is_waiting() && call->out().delivers() ? call : nullptr;
    }

    void on_progress(const jsonrpc::envelope& message) override {
        if (const auto all = all_.lock()) all->pass(*this, message);
    }

private:
    std::weak_ptr<running_tasks> all_;
    std::string id_;
    std::string token_;  // the client's, raw
    core::clock::time_point deadline_;
    std::weak_ptr<exchange> result_call_;
    core::memory_charge charge_;
};

std::vector<std::shared_ptr<running_tasks::running_task>>::iterator running_tasks::position(std::string_view id) {
    return std::ranges::find_if(tasks_, [id](const auto& each) { return each->id() == id; });
}

void running_tasks::watch(const jsonrpc::envelope& message, const std::shared_ptr<exchange>& call) {
    const std::weak_ptr<running_tasks> self = weak_from_this();
    if (!message.task.empty() && !message.meta_progress_token.empty()) {
        call->review_result([self, token = std::string(message.meta_progress_token)](const jsonrpc::envelope& answer) -> result_review {
            const std::string_view result = answer.result;
            const auto all = self.lock();
            if (!all || result.size() > most_bytes) return {};
            return {.task = all->add(mcp::task::read(jsonrpc::find_member(result, "task")), token)};
        });
    }
    if (message.task_id.empty() || tasks_.empty()) return;
    if (message.is_method(mcp::method::tasks_result)) {
        const std::string id = id_of(message.task_id);
        if (const auto at = position(id); at != tasks_.end()) (*at)->set_result_call(call);
        // The child has the result of a task only when that has ended.
        call->review_result([self, id](const jsonrpc::envelope&) -> result_review {
            if (const auto all = self.lock()) all->remove(id);
            return {};
        });
    } else if (message.is_method(mcp::method::tasks_get) || message.is_method(mcp::method::tasks_cancel)) {
        call->review_result([self](const jsonrpc::envelope& answer) -> result_review {
            const std::string_view result = answer.result;
            const auto all = self.lock();
            if (all && result.size() <= most_bytes) all->record(mcp::task::read(result));
            return {};
        });
    }
}

std::shared_ptr<child::task_sink> running_tasks::add(const mcp::task& created, std::string token) {
    std::string id = id_of(created.id);
    core::memory_charge charge(account_, core::memory_use::request);
    if (id.empty() || created.has_terminal_status() || charge.is_full()) return nullptr;
    remove(id);
    if (tasks_.size() >= bounds_.tasks_per_owner) {
        core::meters().count_hit(core::bound::tasks);
        tasks_.erase(tasks_.begin());
    }
    const std::chrono::milliseconds life = std::min<std::chrono::milliseconds>(created.ttl.value_or(longest_life), longest_life);
    tasks_.push_back(std::make_shared<running_task>(weak_from_this(), std::move(id), std::move(token), core::clock::now() + life, std::move(charge)));
    return tasks_.back();
}

void running_tasks::record(const mcp::task& reported) {
    if (reported.has_terminal_status()) remove(id_of(reported.id));
}

void running_tasks::remove(std::string_view id) {
    if (const auto at = position(id); at != tasks_.end()) tasks_.erase(at);
}

void running_tasks::on_notification(const jsonrpc::envelope& message) {
    if (tasks_.empty() || !message.is_method(mcp::method::task_status) || message.params.size() > most_bytes) return;
    record(mcp::task::read(message.params));
}

void running_tasks::sweep(core::clock::time_point now) {
    std::erase_if(tasks_, [now](const auto& each) { return each->deadline() <= now; });
}

void running_tasks::pass(const running_task& task, const jsonrpc::envelope& message) const {
    const std::shared_ptr<exchange> call = task.result_call();
    if (!call && !general_->reaches_client()) return;
    std::string text;
    jsonrpc::append_notification(text, message, message.progress_token, task.token());
    if (call) {
        call->renew(core::clock::now());
        call->out().push(std::move(text));
    } else {
        general_->push(std::move(text));
    }
}

}  // namespace bridge::session
