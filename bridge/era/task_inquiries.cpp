#include "bridge/era/task_inquiries.hpp"

#include <utility>

#include "bridge/era/child_task_calls.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

class inquiry final : public child::own_sink {
public:
    inquiry(std::weak_ptr<modern_client> client, std::string id, core::activity::token token)
        : client_(std::move(client)), id_(std::move(id)), token_(std::move(token)) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        token_.end();
        const auto client = client_.lock();
        if (!client) return;
        if (answer.kind == jsonrpc::message_kind::result) {
            learn_state(client->tasks_of_child(), id_, answer.result);
        } else {
            client->tasks_of_child().end(id_);
        }
    }
    // The child has ended, and so have its tasks.
    void on_lost(std::string_view) override { token_.end(); }

private:
    std::weak_ptr<modern_client> client_;
    std::string id_;
    core::activity::token token_;
};

void send(const child_tasks::running_task& task, std::shared_ptr<inquiry> sink) {
    const legacy_view* const view = view_of(*task.maker);
    if (view == nullptr || !view->terms().watching) return;
    std::string named = R"("taskId":)";
    jsonrpc::append_string(named, task.id);
    const std::string params = view->terms().watching->wrap(named);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("tasks/get")";
    message.params = params;
    // A child that takes no request now is asked again.
    static_cast<void>(view->source().call(message, std::move(sink)));
}

}  // namespace

void task_inquiries::ask(const std::shared_ptr<modern_client>& client) {
    core::activity& asked = under_way_[client];
    if (asked.is_under_way()) return;
    for (child_tasks::running_task& each : client->tasks_of_child().running()) {
        send(each, std::make_shared<inquiry>(client, each.id, asked.begin()));
    }
}

}  // namespace bridge::era
