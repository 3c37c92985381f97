#include "bridge/era/listening.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "bridge/core/event.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/subscription_requests.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

// Clients wait for the acknowledgement.
constexpr auto longest_wait = 2s;

// The answers of the child to the requests of one listener.
struct answers {
    explicit answers(core::executor executor) : is_over(executor) {}

    void settle() {
        if (--open == 0) is_over.notify();
    }

    core::event is_over;
    std::size_t open = 0;  // subscriptions to tasks, and one for all resources
    std::set<std::string> refused_uris;
    std::set<std::string> refused_tasks;
};

class task_sink final : public child::own_sink {
public:
    task_sink(std::shared_ptr<answers> all, std::string id) : all_(std::move(all)), id_(std::move(id)) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        if (answer.kind != jsonrpc::message_kind::result) all_->refused_tasks.insert(id_);
        all_->settle();
    }
    void on_lost(std::string_view) override { all_->settle(); }

private:
    std::shared_ptr<answers> all_;
    std::string id_;
};

// Receives the word of a modern child about its lists, whatever it is.
class lists_sink final : public child::own_sink {
public:
    explicit lists_sink(std::shared_ptr<answers> all) : all_(std::move(all)) {}

    void on_answer(const jsonrpc::envelope&) override { all_->settle(); }
    void on_lost(std::string_view) override { all_->settle(); }

private:
    std::shared_ptr<answers> all_;
};

// The part of `filter` to which the child of `view` has agreed. Those of its tasks that are not among `tasks` are the bridge's.
listening_filter agreed_part(const listening_filter& filter, const legacy_view& view, const std::vector<std::string>& tasks) {
    const change_watch& changes = view.changes();
    const list_kinds lists = changes.agreed_lists();
    listening_filter out = filter;
    out.tools = filter.tools && lists.tools;
    out.prompts = filter.prompts && lists.prompts;
    out.resources = filter.resources && lists.resources;
    std::erase_if(out.uris, [&](const std::string& uri) { return !changes.has_agreed(subject::resource, uri); });
    const std::set<std::string> of_child(tasks.begin(), tasks.end());
    std::erase_if(out.tasks, [&](const std::string& id) { return of_child.contains(id) && !changes.has_agreed(subject::task, id); });
    return out;
}

session::subscription_requests requests_for(const std::shared_ptr<session::child_assignment>& assignment, const std::shared_ptr<child::link>& link,
                                            std::string_view method, session::unwanted_uris uris) {
    // They count as calls of their client.
    std::function<std::optional<child::fair_share::part>()> occupy = [assignment, link] { return assignment->occupy(*link); };
    // Until its turn comes, a listener can have left, or another one can want the same resource.
    const bool is_subscribing = method == mcp::method::subscribe;
    std::function<bool(const std::string&)> is_due = [settings = assignment->settings(), is_subscribing](const std::string& uri) {
        return settings->subscribed().is_wanted(uri) == is_subscribing;
    };
    return {.target = link,
            .method = method,
            .uris = std::move(uris.uris),
            .charge = std::move(uris.charge),
            .is_due = std::move(is_due),
            .occupy = std::move(occupy)};
}

// The client learns of it because the URI is missing in the acknowledgement.
void refuse(const session::subscriptions& all, session::subscribing outcome, const session::subscriber& subscriber) {
    if (outcome == session::subscribing::no_memory) {
        subscriber.account->budget().report(core::memory_measure::message_refused, "a subscription of a client was refused");
        return;
    }
    core::meters().count_hit(core::bound::subscriptions);
    spdlog::debug("a subscription of a client was refused: {}", all.reason_of(outcome));
}

// Subscribes `made` in the bridge. The filter keeps the URIs for which there is room.
void add_subscriber(listener& made, const std::shared_ptr<session::child_settings>& settings) {
    std::vector<std::string> added;
    for (const std::string& uri : made.filter.uris) {
        const session::subscribing outcome = settings->subscribed().add(made.subscribed_as, uri);
        if (outcome == session::subscribing::done) {
            added.push_back(uri);
        } else {
            refuse(settings->subscribed(), outcome, made.subscribed_as);
        }
    }
    made.filter.uris = std::move(added);
    made.pay();
}

}  // namespace

core::task<listening_filter> subscribe(core::executor executor, std::shared_ptr<session::child_assignment> assignment, std::shared_ptr<listener> made,
                                       std::vector<std::string> tasks) {
    const std::shared_ptr<session::child_settings> settings = assignment->settings();
    add_subscriber(*made, settings);
    const bool has_lists = made->filter.tools || made->filter.prompts || made->filter.resources;
    if (!has_lists && made->filter.uris.empty() && tasks.empty()) co_return made->filter;
    const bool is_modern = !assignment->known_discover_result().empty();
    std::shared_ptr<child::link> link = assignment->current();
    if (!link && is_modern) {
        std::function<bool()> is_wanted = made->is_wanted;
        const auto started = co_await assignment->acquire(std::move(is_wanted));
        if (started) link = *started;
        assignment->release(link.get());
    }
    // A child that is started later is told of the subscriptions with its start.
    if (!link) co_return is_modern ? listening_filter() : made->filter;
    legacy_view* const view = view_of(*link);
    const auto state = std::make_shared<answers>(executor);
    const bool asks_for_lists = has_lists && view != nullptr;
    state->open = tasks.size() + (asks_for_lists ? 2U : 1U);
    session::unwanted_uris uris{.uris = made->filter.uris, .charge = {made->subscribed_as.account, core::memory_use::request}};
    uris.charge.set(session::cost_of(uris.uris));
    session::subscription_requests wanted = requests_for(assignment, link, mcp::method::subscribe, std::move(uris));
    wanted.on_refused = [state](const std::string& uri) { state->refused_uris.insert(uri); };
    wanted.on_end = [state] { state->settle(); };
    session::send_in_background(executor, std::move(wanted));
    for (const std::string& each : tasks) {
        const auto sink = std::make_shared<task_sink>(state, each);
        if (view == nullptr) {
            sink->on_lost({});
        } else {
            view->watch_task(each, true, sink);
        }
    }
    if (asks_for_lists) view->learn_lists(std::make_shared<lists_sink>(state));
    co_await state->is_over.wait_until(core::clock::now() + longest_wait);
    for (const std::string& uri : state->refused_uris) settings->subscribed().remove(made->subscribed_as.name, uri);
    std::erase_if(made->filter.uris, [&](const std::string& uri) { return state->refused_uris.contains(uri); });
    std::erase_if(made->filter.tasks, [&](const std::string& id) { return state->refused_tasks.contains(id); });
    co_return view != nullptr ? agreed_part(made->filter, *view, tasks) : made->filter;
}

void unwatch(session::child_assignment& assignment, const std::vector<std::string>& tasks) {
    const std::shared_ptr<child::link> link = tasks.empty() ? nullptr : assignment.current();
    legacy_view* const view = link ? view_of(*link) : nullptr;
    if (view == nullptr) return;
    for (const std::string& each : tasks) view->watch_task(each, false, std::make_shared<child::silent_sink>());
}

void unsubscribe(core::executor executor, const std::shared_ptr<session::child_assignment>& assignment, const std::string& subscriber) {
    const std::shared_ptr<session::child_settings> settings = assignment->settings();
    session::unwanted_uris unwanted = settings ? settings->subscribed().remove_all(subscriber) : session::unwanted_uris();
    const std::shared_ptr<child::link> link = unwanted.uris.empty() ? nullptr : assignment->current();
    if (link) session::send_in_background(executor, requests_for(assignment, link, mcp::method::unsubscribe, std::move(unwanted)));
}

}  // namespace bridge::era
