// A child of the modern era, as its legacy users see it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bridge/child/link.hpp"
#include "bridge/core/final_cast.hpp"
#include "bridge/era/change_watch.hpp"
#include "bridge/era/task_claims.hpp"
#include "bridge/era/translated_call.hpp"
#include "bridge/era/view_terms.hpp"

namespace bridge::era {

/// A link over the link to a modern child. It adds the envelope to requests, removes from results what only the modern era has, turns the questions
/// of the child into requests to the client, and answers the requests for which the modern era has no method. It numbers its calls itself, because
/// a call with questions takes several calls of the child. The calls of a modern client pass as they are (`passed_call`). The view is the owner of
/// the link below. It ends with that link.
class legacy_view final : public child::link, public child::link_owner {
public:
    /// `terms.bounds` must outlive it. The view accepts calls at once.
    static std::shared_ptr<legacy_view> make(core::executor executor, std::shared_ptr<child::link> source, view_terms terms);

    bool accepts_calls() const override { return is_open() && source_->accepts_calls(); }
    core::task<void> wait_closing() override;

    core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<child::call_sink> sink, std::string* text = nullptr) override;
    void cancel(std::uint64_t number, std::string_view reason) override;
    /// Drops what the modern era has no notification for.
    void notify(const jsonrpc::envelope& message, std::string* text = nullptr) override;
    /// Drops `notifications/initialized`: the modern era has no handshake to end.
    void notify_raw(std::string_view) override {}
    void answer(std::string_view id, const jsonrpc::envelope& message, std::string* text = nullptr) override;
    void answer(std::string_view id, std::string_view result) override;
    void answer_shared(std::string_view id, const core::shared_text& result) override;
    void refuse(std::string_view id, int code, std::string_view text) override;
    const child::call_sink* asking_call(std::string_view id) const override;

    void set_owner(std::weak_ptr<child::link_owner> owner) override;
    child::link& base() override { return *source_; }
    void pay_from(const core::memory_account_ptr& account) override;

    void close(std::string reason) override;
    void kill() override { source_->kill(); }
    void break_off() override { source_->break_off(); }
    void check(core::clock::time_point now) override;
    std::string last_output() const override { return source_->last_output(); }
    std::string shown(std::string_view text, std::size_t max_bytes) const override { return source_->shown(text, max_bytes); }

    // ---- for its calls

    core::executor executor() const { return executor_; }
    const view_terms& terms() const { return terms_; }
    child::link& source() const { return *source_; }

    /// Returns the number for a request to the client that is a part of `asking`.
    std::uint64_t add_question(const std::shared_ptr<question_asker>& asking);
    /// Sends that request. The answer can arrive within this function.
    void ask(const round_question& question);
    /// The answer to the request `question` is not needed any more. If the client can still answer it, the client is told so.
    void withdraw(std::uint64_t question, std::string_view reason);
    /// Removes the call `number`, which is settled. Returns its sink; null if it was cancelled. `is_answered`: the child has answered it.
    std::shared_ptr<child::call_sink> settle(std::uint64_t number, bool is_answered);

    // ---- for clients of the modern era

    /// Subscribes to the changes of the child's own task `id`, or ends that subscription. `sink` gets the outcome: a result or an error.
    void watch_task(std::string id, bool is_added, std::shared_ptr<child::call_sink> sink);

    /// `sink` gets a result once the child has said for which lists it reports changes.
    void learn_lists(std::shared_ptr<child::call_sink> sink);
    const change_watch& changes() const { return *changes_; }
    task_claims& tasks() { return tasks_; }

    // ---- as the owner of the link below

    void on_notification(child::link& source, const jsonrpc::envelope& message) override;
    void on_request(child::link& source, const jsonrpc::envelope& message) override;
    void on_failure(child::link& source) override;
    void on_end(child::link& source) override;
    core::memory_account_ptr payer() const override;
    bool serves_several() const override;

private:
    legacy_view(core::executor executor, std::shared_ptr<child::link> source, view_terms terms)
        : executor_(executor), source_(std::move(source)), terms_(std::move(terms)) {}
    core::result<std::uint64_t> pass(const jsonrpc::envelope& message, std::shared_ptr<child::call_sink> sink, std::string* text);
    void start_closing();
    void lose_parked_calls();
    void lose_calls();
    void watch_changes();
    void change_subscription(const jsonrpc::envelope& message, std::uint64_t number, bool is_added);
    void answer_subscription(std::uint64_t number, const std::string& failure);
    void answer_later(std::uint64_t number, const std::string& contents, bool is_error = false);
    static core::task<void> answer_in_turn(core::executor executor, std::function<void()> answer);
    bool serve_locally(const jsonrpc::envelope& message, legacy_method method, std::uint64_t number);
    void set_level(const jsonrpc::envelope& message, std::uint64_t number);
    std::shared_ptr<question_asker> asker_of(std::string_view id) const;

    core::executor executor_;
    std::shared_ptr<child::link> source_;
    view_terms terms_;
    std::weak_ptr<child::link_owner> owner_;
    std::string log_level_;                                              // raw; empty: the child sends no log messages
    std::map<std::uint64_t, std::shared_ptr<translated_call>> running_;  // by the number of the call here
    std::map<std::uint64_t, std::weak_ptr<question_asker>> questions_;   // by the number of the request to the client
    std::uint64_t last_question_ = 0;
    std::shared_ptr<change_watch> changes_;
    task_claims tasks_;
};

/// The view of `link`, if its child is of the modern era; null otherwise.
inline legacy_view* view_of(child::link& link) {
    return core::final_cast<legacy_view>(&link);
}

}  // namespace bridge::era
