#include "bridge/era/change_watch.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "bridge/core/spawn.hpp"
#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

constexpr std::string_view acknowledged = "notifications/subscriptions/acknowledged";

// Changes that are looked at in one turn.
constexpr std::size_t most_at_once = 512;

// Of an error that is shown.
constexpr std::size_t longest_reason = 64 * 1024;

// Of the raw URI of a resource. Nobody can be subscribed to a longer one.
constexpr std::size_t longest_uri = 64 * 1024;

// The characters of an escape by which a child can write one.
constexpr std::size_t most_for_a_character = 6;

// The number of the subscription that a notification belongs to; nothing if it belongs to none.
std::optional<std::uint64_t> subscription_of(const jsonrpc::envelope& message) {
    const std::string_view raw = jsonrpc::find_member(message, message.meta, mcp::meta_key::subscription_id);
    return raw.empty() ? std::nullopt : std::optional(jsonrpc::minted_number(raw).value_or(0));
}

std::string text_of(const jsonrpc::envelope& answer) {
    const std::string_view text = jsonrpc::find_member(answer, answer.error, "message");
    return text.starts_with('"') && text.size() <= longest_reason ? jsonrpc::decode_string(text) : std::string("the server refused the subscription");
}

// True if `message` is the update of a resource that nobody is subscribed to any more.
bool is_about_stale_name(const listen_group& group, const jsonrpc::envelope& message) {
    if (group.stale_bytes() == 0 || !message.is_method(mcp::method::resource_updated)) return false;
    const std::string_view uri = jsonrpc::find_member(message, message.params, "uri");
    return uri.starts_with('"') && uri.size() <= longest_uri && group.is_stale(subject::resource, jsonrpc::decode_string(uri));
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
    if (is_due_) groups_.add_lists();
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
    const std::size_t bytes = listen_group::cost_of(name);
    if (is_added && (charge_.is_full() || queued_bytes_ + bytes > listen_groups::most_in_all)) {
        return answer_(number, "the bridge has no memory for further subscriptions (--max-memory)");
    }
    queued_bytes_ += bytes;
    waiting_.push_back({number, kind, std::move(name), is_added});
    pay();
    open();
}

void change_watch::learn_lists(std::uint64_t number) {
    const bool are_watched = terms_.wants_changes && terms_.server.has_changing_lists();
    if (agreed_lists_ || !are_watched) return answer_(number, {});
    learning_lists_.push_back(number);
    is_due_ = true;
    open();
}

void change_watch::answer_about_lists() {
    for (const std::uint64_t each : std::exchange(learning_lists_, {})) answer_(each, {});
}

void change_watch::forget(std::uint64_t number) {
    std::erase(learning_lists_, number);
    const auto is_meant = [number](const wanted_change& each) { return each.number == number; };
    if (const auto working = std::ranges::find_if(in_work_, is_meant); working != in_work_.end()) working->number = 0;
    const auto found = std::ranges::find_if(waiting_, is_meant);
    if (found == waiting_.end()) return;
    found->number = 0;
    if (!found->is_added) return;
    settle(*found, {});
    waiting_.erase(found);
    pay();
}

// The change is done, or has failed for the reason `failure`.
void change_watch::settle(const wanted_change& change, const std::string& failure) {
    queued_bytes_ -= listen_group::cost_of(change.name);
    if (change.number != 0) answer_(change.number, failure);
}

void change_watch::pay() {
    charge_.set(queued_bytes_ + groups_.bytes());
}

std::string change_watch::filter_of(const listen_group& wanted) const {
    object_writer out;
    if (wanted.has_lists && terms_.server.tools_change) out.add("toolsListChanged", "true");
    if (wanted.has_lists && terms_.server.prompts_change) out.add("promptsListChanged", "true");
    if (wanted.has_lists && terms_.server.resources_change) out.add("resourcesListChanged", "true");
    if (!wanted.live(subject::resource).empty()) out.add("resourceSubscriptions", wanted.text(subject::resource));
    if (!wanted.live(subject::task).empty()) out.add("taskIds", wanted.text(subject::task));
    return out.finish();
}

// Takes changes out of the line for the next subscription. Changes that need no new subscription are settled.
void change_watch::collect() {
    for (std::size_t count = 0; count < most_at_once && !waiting_.empty() && !groups_.is_full(); ++count) {
        wanted_change next = std::move(waiting_.front());
        waiting_.pop_front();
        switch (next.is_added ? groups_.add(next.kind, next.name) : groups_.remove(next.kind, next.name)) {
            case listen_groups::outcome::done: settle(next, {}); break;
            case listen_groups::outcome::due: in_work_.push_back(std::move(next)); break;
            case listen_groups::outcome::too_many:
                settle(next, "the subscriptions at this server process need more than " + std::to_string(listen_groups::most_in_all) + " bytes");
                break;
        }
    }
}

void change_watch::open() {
    if (opening_ != 0 || source_ == nullptr || (waiting_.empty() && !is_due_)) return;
    is_due_ = false;
    collect();
    const bool is_needed = groups_.is_due();
    const listen_group* const next = is_needed ? &groups_.begin() : nullptr;
    if (next == nullptr || next->is_empty()) {
        // The child sends nothing any more that is wanted.
        if (is_needed) replace(0, {});
        for (const wanted_change& each : std::exchange(in_work_, {})) settle(each, {});
        pay();
        if (!waiting_.empty()) {
            const core::coroutine_name named{"change_watch.go_on", "the next change takes those with it that wait"};
            auto work = [self = weak_from_this(), executor = executor_] { return open_in_turn(self, executor); };
            core::spawn(executor_, named, std::move(work), [] {});
        }
        return;
    }
    pay();
    const client_envelope& envelope = terms_.watching ? *terms_.watching : terms_.envelope;
    const std::string params = envelope.wrap(R"("notifications":)" + filter_of(*next));
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = R"("subscriptions/listen")";
    message.params = params;
    const auto sink = std::make_shared<listen_sink>(weak_from_this());
    const auto number = source_->call(message, sink);
    if (!number) return fail(number.error().message());
    sink->number = opening_ = *number;
    const core::coroutine_name named{"change_watch.wait", "the subscription waits without a deadline"};
    opening_settled_ = std::make_shared<core::event>(executor_);
    auto work = [self = weak_from_this(), settled = opening_settled_, opened = *number, patience = terms_.bounds.start_timeout] {
        return wait_for_acknowledgement(self, settled, opened, patience);
    };
    core::spawn(executor_, named, std::move(work), [] {});
}

core::task<void> change_watch::open_in_turn(std::weak_ptr<change_watch> self, core::executor executor) {
    co_await boost::asio::post(executor, core::nothrow);
    if (const auto watch = self.lock()) watch->open();
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
    const auto pause = pace_.pause();
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
    if (!watch || watch->pause_over_ != pause_end || !watch->groups_.has_lost()) co_return;
    watch->is_due_ = true;
    watch->open();
}

// ---- messages of the child

bool change_watch::admits(const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) {
        const std::uint64_t number = jsonrpc::minted_number(message.request_id).value_or(0);
        if (source_ != nullptr && number != 0 && (groups_.find(number) != nullptr || number == opening_)) {
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
    if (!number) return true;
    // While one subscription replaces another, both have the same notifications.
    const listen_group* const group = groups_.find(*number);
    return group != nullptr && !is_about_stale_name(*group, message);
}

// The subscription `number`, of which the child honours `filter`, takes the place of others. 0: nothing does.
void change_watch::replace(std::uint64_t number, std::string_view filter) {
    const listen_group::names uris = listen_group::read(jsonrpc::find_member(filter, "resourceSubscriptions"));
    const listen_group::names tasks = listen_group::read(jsonrpc::find_member(filter, "taskIds"));
    const std::string_view reason = number == 0 ? "nobody wants its notifications any more" : "another subscription replaces it";
    for (const std::uint64_t each : groups_.settle(number, uris, tasks)) source_->cancel(each, reason);
}

void change_watch::on_acknowledged(const jsonrpc::envelope& message) {
    constexpr std::size_t other_members = 64 * 1024;
    std::string_view filter = jsonrpc::find_member(message, message.params, "notifications");
    // A filter that is much longer than the one that was asked for is none.
    if (filter.size() > most_for_a_character * groups_.next().bytes() + other_members) filter = {};
    if (groups_.next().has_lists) {
        const auto is_agreed = [filter](std::string_view name) { return jsonrpc::find_member(filter, name) == "true"; };
        agreed_lists_ = {
            .tools = is_agreed("toolsListChanged"), .prompts = is_agreed("promptsListChanged"), .resources = is_agreed("resourcesListChanged")};
        answer_about_lists();
    }
    replace(std::exchange(opening_, 0), filter);
    opening_settled_->notify();
    for (const wanted_change& each : std::exchange(in_work_, {})) {
        const bool is_refused = each.is_added && !groups_.contains(each.kind, each.name);
        settle(each, is_refused ? "the server sends no updates of it" : "");
    }
    pay();
    const bool has_lost = groups_.has_lost();
    const auto now = core::clock::now();
    if (has_lost) {
        open_later();
    } else {
        pace_.on_open(now);
    }
    tell_of_loss(now);
    is_due_ = !has_lost && groups_.is_due();
    open();
}

// That the lists may have changed, if nobody has said so since the last subscription ended.
void change_watch::tell_of_loss(core::clock::time_point now) {
    if (!was_lost_ || !groups_.have_lists() || !pace_.is_worth_telling(now)) return;
    was_lost_ = false;
    tell_of_lists();
}

void change_watch::tell_of_lists() const {
    if (!terms_.wants_changes) return;
    if (terms_.server.tools_change) notify_("notifications/tools/list_changed");
    if (terms_.server.prompts_change) notify_("notifications/prompts/list_changed");
    if (terms_.server.resources_change) notify_("notifications/resources/list_changed");
}

void change_watch::record_end() {
    pace_.on_end(core::clock::now());
    if (!pace_.is_worth_logging() || std::exchange(was_logged_, true)) return;
    spdlog::warn("the server ends its subscriptions to changes again and again; the bridge opens them again after growing pauses, up to a minute");
}

// Without an `error` the child has ended the subscription in an orderly way.
void change_watch::on_listen_end(std::uint64_t number, const std::optional<std::string>& error) {
    if (source_ == nullptr || !source_->is_open()) return;
    if (groups_.find(number) != nullptr) {
        if (!groups_.has_lost()) record_end();
        was_lost_ = groups_.lose(number) || was_lost_;
        // The one that is being opened takes its place, or is waited for.
        if (opening_ == 0) open_later();
    } else if (number == opening_) {
        opening_ = 0;
        opening_settled_->notify();
        if (error) spdlog::debug("the server refused a subscription to its changes: {}", *error);
        const bool has_lists = groups_.next().has_lists;
        fail(error.value_or("the server has ended the subscription"));
        // Nothing but this tells the users of the child what the one before may have missed.
        if (error && has_lists && std::exchange(was_lost_, false)) tell_of_lists();
        // A child that refuses is asked again only for the next change.
        if (!error && groups_.has_lost()) {
            record_end();
            open_later();
        }
        open();
    }
}

// The subscription cannot be opened. All the same, removals succeed, because the bridge drops what comes for a removed name.
void change_watch::fail(const std::string& reason) {
    const bool has_lists = groups_.next().has_lists;
    groups_.fail();
    if (has_lists && !groups_.have_lists()) {
        agreed_lists_.reset();
        answer_about_lists();
    }
    for (const wanted_change& each : std::exchange(in_work_, {})) settle(each, each.is_added ? reason : std::string());
    pay();
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
