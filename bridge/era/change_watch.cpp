#include "bridge/era/change_watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "bridge/core/spawn.hpp"
#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view acknowledged = "notifications/subscriptions/acknowledged";

// The pause after the child has ended a subscription. Each further one is twice as long.
constexpr auto first_pause = 250ms;
constexpr int most_doublings = 7;

// Of an error that is shown.
constexpr std::size_t longest_reason = 64 * 1024;

// The characters of an escape by which a child can write one.
constexpr std::size_t most_for_a_character = 6;

// The number of the subscription that a notification belongs to; nothing if it belongs to none.
std::optional<std::uint64_t> subscription_of(const jsonrpc::envelope& message) {
    const std::string_view raw = jsonrpc::find_member(message, message.meta, mcp::meta_key::subscription_id);
    return raw.empty() ? std::nullopt : std::optional(jsonrpc::minted_number(raw).value_or(0));
}

// The strings in the list `name` of the raw `filter`.
std::set<std::string> strings_in(std::string_view filter, std::string_view name) {
    std::set<std::string> out;
    const std::string_view list = jsonrpc::find_member(filter, name);
    jsonrpc::scanner in(list, jsonrpc::deepest_nesting);
    if (in.peek() != '[') return out;
    in.array([&] {
        std::string_view each;
        if (!in.value(each)) return false;
        if (each.starts_with('"')) out.insert(jsonrpc::decode_string(each));
        return true;
    });
    return out;
}

// Those of `wanted` that `honoured` has too.
std::set<std::string> both(const std::set<std::string>& wanted, const std::set<std::string>& honoured) {
    std::set<std::string> out;
    std::ranges::set_intersection(wanted, honoured, std::inserter(out, out.end()));
    return out;
}

std::string list_of(const std::set<std::string>& strings) {
    std::string out;
    for (const std::string& each : strings) {
        out += out.empty() ? '[' : ',';
        jsonrpc::append_string(out, each);
    }
    return out + ']';
}

std::string text_of(const jsonrpc::envelope& answer) {
    const std::string_view text = jsonrpc::find_member(answer, answer.error, "message");
    return text.starts_with('"') && text.size() <= longest_reason ? jsonrpc::decode_string(text) : std::string("the server refused the subscription");
}

}  // namespace

// Receives the end of one `subscriptions/listen`.
class change_watch::listen_sink final : public child::own_sink {
public:
    explicit listen_sink(std::weak_ptr<change_watch> watch) : watch_(std::move(watch)) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        const auto watch = watch_.lock();
        if (!watch) return;
        const bool is_error = answer.kind == jsonrpc::message_kind::error;
        watch->on_listen_end(number, is_error ? std::optional(text_of(answer)) : std::nullopt);
    }
    void on_lost(std::string_view reason) override {
        if (const auto watch = watch_.lock()) watch->on_listen_end(number, std::string(reason));
    }

    std::uint64_t number = 0;

private:
    std::weak_ptr<change_watch> watch_;
};

// ---- opening

void change_watch::start() {
    is_due_ = terms_.wants_changes && terms_.server.has_changing_lists();
    was_lost_ = terms_.follows_loss;
    open();
}

// A coroutine that goes on waiting would keep the program from its end.
void change_watch::stop() {
    source_ = nullptr;
    for (const auto& each : {opening_settled_, pause_over_}) {
        if (each) each->notify();
    }
}

void change_watch::change(std::uint64_t number, subject kind, std::string name, bool is_added) {
    waiting_.push_back({number, kind, std::move(name), is_added});
    open();
}

void change_watch::forget(std::uint64_t number) {
    for (std::vector<wanted_change>* list : {&in_work_, &waiting_}) {
        for (wanted_change& each : *list) {
            if (each.number == number) each.number = 0;
        }
    }
}

std::string change_watch::filter_of(const watched& wanted) const {
    object_writer out;
    if (terms_.wants_changes && terms_.server.tools_change) out.add("toolsListChanged", "true");
    if (terms_.wants_changes && terms_.server.prompts_change) out.add("promptsListChanged", "true");
    if (terms_.wants_changes && terms_.server.resources_change) out.add("resourcesListChanged", "true");
    if (!wanted.uris.empty()) out.add("resourceSubscriptions", list_of(wanted.uris));
    if (!wanted.tasks.empty()) out.add("taskIds", list_of(wanted.tasks));
    return out.finish();
}

void change_watch::open() {
    if (opening_ != 0 || source_ == nullptr || (waiting_.empty() && !is_due_)) return;
    is_due_ = false;
    in_work_ = std::exchange(waiting_, {});
    next_ = watched_;
    for (const wanted_change& each : in_work_) {
        if (each.is_added) {
            next_.of(each.kind).insert(each.name);
        } else {
            next_.of(each.kind).erase(each.name);
        }
    }
    const client_envelope& envelope = terms_.watching ? *terms_.watching : terms_.envelope;
    const std::string params = envelope.wrap(R"("notifications":)" + filter_of(next_));
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("subscriptions/listen")";
    message.params = params;
    const auto sink = std::make_shared<listen_sink>(weak_from_this());
    const auto number = source_->call(message, sink);
    if (!number) return fail_changes(number.error().message());
    sink->number = opening_ = *number;
    const core::coroutine_name named{"change_watch.wait", "the subscription waits without a deadline"};
    opening_settled_ = std::make_shared<core::event>(executor_);
    auto work = [self = weak_from_this(), settled = opening_settled_, opened = *number, patience = terms_.bounds.start_timeout] {
        return wait_for_acknowledgement(self, settled, opened, patience);
    };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<void> change_watch::wait_for_acknowledgement(std::weak_ptr<change_watch> self, std::shared_ptr<core::event> settled, std::uint64_t number,
                                                        std::chrono::milliseconds patience) {
    co_await settled->wait_until(core::clock::now() + patience);
    const auto watch = self.lock();
    if (!watch || watch->opening_ != number || watch->source_ == nullptr) co_return;
    watch->source_->cancel(number, "it was not acknowledged in time");
    watch->on_listen_end(number, "the server did not acknowledge the subscription in time");
}

void change_watch::open_later() {
    const auto pause = first_pause * (1 << std::min(losses_++, most_doublings));
    if (pause_over_) pause_over_->notify();
    const core::coroutine_name named{"change_watch.pause", "the next change subscribes again"};
    pause_over_ = std::make_shared<core::event>(executor_);
    auto work = [self = weak_from_this(), pause_end = pause_over_, pause] { return wait_and_open(self, pause_end, pause); };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<void> change_watch::wait_and_open(std::weak_ptr<change_watch> self, std::shared_ptr<core::event> pause_end,
                                             std::chrono::milliseconds pause) {
    co_await pause_end->wait_until(core::clock::now() + pause);
    const auto watch = self.lock();
    if (!watch || watch->pause_over_ != pause_end || watch->current_ != 0) co_return;
    watch->is_due_ = true;
    watch->open();
}

// ---- messages of the child

bool change_watch::admits(const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) {
        const std::uint64_t number = jsonrpc::minted_number(message.request_id).value_or(0);
        if (source_ != nullptr && number != 0 && (number == current_ || number == opening_)) {
            source_->cancel(number, {});
            on_listen_end(number, std::nullopt);
        }
        return false;
    }
    const std::optional<std::uint64_t> number = subscription_of(message);
    if (message.is_method(acknowledged)) {
        if (number && *number != 0 && *number == opening_) on_acknowledged(message);
        return false;
    }
    // While one subscription replaces another, both have the same notifications.
    return !number || *number == current_;
}

void change_watch::on_acknowledged(const jsonrpc::envelope& message) {
    if (current_ != 0) source_->cancel(current_, "another subscription replaces it");
    current_ = std::exchange(opening_, 0);
    opening_settled_->notify();
    losses_ = 0;
    constexpr std::size_t other_members = 64 * 1024;
    std::string_view filter = jsonrpc::find_member(message, message.params, "notifications");
    // A filter that is much longer than the one that was asked for is none.
    if (filter.size() > most_for_a_character * filter_of(next_).size() + other_members) filter = {};
    watched_ = {.uris = both(next_.uris, strings_in(filter, "resourceSubscriptions")), .tasks = both(next_.tasks, strings_in(filter, "taskIds"))};
    std::size_t bytes = 0;
    for (const std::set<std::string>* const names : {&watched_.uris, &watched_.tasks}) {
        for (const std::string& each : *names) bytes += sizeof(std::string) + core::capacity_of(each);
    }
    charge_.set(bytes);
    for (const wanted_change& each : std::exchange(in_work_, {})) {
        const bool is_refused = each.is_added && !watched_.of(each.kind).contains(each.name);
        if (each.number != 0) answer_(each.number, is_refused ? "the server sends no updates of it" : "");
    }
    if (std::exchange(was_lost_, false)) tell_of_lists();
    open();
}

void change_watch::tell_of_lists() const {
    if (!terms_.wants_changes) return;
    if (terms_.server.tools_change) notify_("notifications/tools/list_changed");
    if (terms_.server.prompts_change) notify_("notifications/prompts/list_changed");
    if (terms_.server.resources_change) notify_("notifications/resources/list_changed");
}

// Without an `error` the child has ended the subscription in an orderly way.
void change_watch::on_listen_end(std::uint64_t number, const std::optional<std::string>& error) {
    if (source_ == nullptr || !source_->is_open()) return;
    if (number == current_) {
        current_ = 0;
        was_lost_ = true;
        // The one that is being opened takes its place.
        if (opening_ == 0) open_later();
    } else if (number == opening_) {
        opening_ = 0;
        opening_settled_->notify();
        if (error) spdlog::debug("the server refused a subscription to its changes: {}", *error);
        fail_changes(error.value_or("the server has ended the subscription"));
        // Nothing but this tells the users of the child what the one before may have missed.
        if (error && std::exchange(was_lost_, false)) tell_of_lists();
        // A child that refuses is asked again only for the next change.
        if (current_ == 0 && !error) open_later();
        open();
    }
}

void change_watch::fail_changes(const std::string& reason) {
    for (const wanted_change& each : std::exchange(in_work_, {})) {
        if (each.number != 0) answer_(each.number, reason);
    }
}

std::optional<std::string> without_subscription(const jsonrpc::envelope& message) {
    const std::optional<std::vector<jsonrpc::member>> params = jsonrpc::few_members_of(message, message.params);
    const std::optional<std::vector<jsonrpc::member>> meta = jsonrpc::few_members_of(message, message.meta);
    if (!params || !meta) return std::nullopt;
    object_writer out;
    out.reserve(message.params.size());
    for (const jsonrpc::member& each : *params) {
        if (!each.is("_meta")) {
            out.add(each.text());
            continue;
        }
        object_writer rest;
        for (const jsonrpc::member& inner : *meta) {
            if (!inner.is(mcp::meta_key::subscription_id)) rest.add(inner.text());
        }
        if (!rest.is_empty()) out.add("_meta", rest.finish());
    }
    return out.finish();
}

}  // namespace bridge::era
