#include "bridge/era/legacy_view.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <optional>
#include <span>
#include <utility>

#include "bridge/core/recycling.hpp"
#include "bridge/core/shared_text.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/era/passed_call.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/log_level.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

using jsonrpc::error_code::invalid_params;
using jsonrpc::error_code::method_not_found;

// Until the client has set a level, the server decides what it logs (specification 2025-11-25, Logging). A modern server logs nothing unless asked
// to.
constexpr std::string_view first_log_level = R"("info")";

// The notifications of a legacy client that say nothing to a modern child.
constexpr std::array<std::string_view, 4> dropped = {mcp::method::initialized, mcp::method::cancelled, mcp::method::progress,
                                                     "notifications/roots/list_changed"};

// Longer URIs and errors of a client are not decoded.
constexpr std::size_t longest_text = 64 * 1024;

bool is_large(const std::string* text) {
    return text != nullptr && text->size() > jsonrpc::slice_bytes;
}

// `part` is a view into `text`.
void blank_line_breaks(std::string& text, std::string_view part) {
    if (!part.empty()) jsonrpc::blank_line_breaks(std::span(text).subspan(static_cast<std::size_t>(part.data() - text.data()), part.size()));
}

std::string error_object(int code, std::string_view text) {
    std::string out = R"({"code":)" + std::to_string(code) + R"(,"message":)";
    jsonrpc::append_string(out, text);
    return out + '}';
}

}  // namespace

std::shared_ptr<legacy_view> legacy_view::make(core::executor executor, std::shared_ptr<child::link> source, view_terms terms) {
    std::shared_ptr<legacy_view> made(new legacy_view(executor, std::move(source), std::move(terms)));
    if (made->terms_.server.has_logging) made->log_level_ = first_log_level;
    made->source_->set_owner(made);
    made->watch_changes();
    return made;
}

void legacy_view::watch_changes() {
    const auto self = std::weak_ptr<legacy_view>(std::static_pointer_cast<legacy_view>(shared_from_this()));
    auto answer = [self](std::uint64_t number, const std::string& failure) {
        if (const auto view = self.lock()) view->answer_subscription(number, failure);
    };
    auto notify = [self](std::string_view method) {
        const auto view = self.lock();
        const auto owner = view ? view->owner_.lock() : nullptr;
        if (!owner) return;
        const std::string raw = '"' + std::string(method) + '"';
        jsonrpc::envelope notice;
        notice.kind = jsonrpc::message_kind::notification;
        notice.method = raw;
        owner->on_notification(*view, notice);
    };
    changes_ = std::make_shared<change_watch>(executor_, *source_, terms_, std::move(answer), std::move(notify));
    changes_->start();
}

// ---- messages to the child

core::result<std::uint64_t> legacy_view::call(const jsonrpc::envelope& message, std::shared_ptr<child::call_sink> sink, std::string* text) {
    if (!is_open()) return core::make_error_code(core::errc::child_exited);
    record_call(*sink);
    if (sink->enveloped() != nullptr) return pass(message, std::move(sink), text);
    const legacy_method method = legacy_method_of(message.method);
    const std::uint64_t number = calls_.add(sink);
    if (serve_locally(message, method, number)) return number;
    // A large text is not copied, but shared with the input of the child.
    std::optional<core::lent_text> lent;
    if (is_large(text)) {
        if (message.has_line_breaks) blank_line_breaks(*text, message.params);
        lent.emplace(*text, payer());
    }
    const core::shared_text shared = lent ? lent->text() : core::shared_text();
    spliced_object params(shared);
    if (!lent) params.reserve(message.params.size());
    if (!terms_.envelope.wrap(params, message, log_level_)) {
        const std::string reason = "Invalid params: there are more than " + std::to_string(jsonrpc::most_members) + " members";
        answer_later(number, error_object(invalid_params, reason), true);
        return number;
    }
    const auto self = std::static_pointer_cast<legacy_view>(shared_from_this());
    const auto made = std::make_shared<translated_call>(self, number, std::move(sink), method);
    running_.emplace(number, made);
    const auto error = made->send(message, params.finish(), log_level_, shared);
    if (!error) return number;
    running_.erase(number);
    calls_.remove(number);
    return error;
}

core::result<std::uint64_t> legacy_view::pass(const jsonrpc::envelope& message, std::shared_ptr<child::call_sink> sink, std::string* text) {
    const auto self = std::static_pointer_cast<legacy_view>(shared_from_this());
    const auto made = core::make_recycled<passed_call>(self, std::move(sink));
    made->keep(message);
    const auto there = source_->call(message, made, text);
    if (!there) return there.error();
    const std::uint64_t here = calls_.add(made);
    made->sent_as(here, *there);
    return here;
}

// Returns false if the child has to serve the request.
bool legacy_view::serve_locally(const jsonrpc::envelope& message, legacy_method method, std::uint64_t number) {
    switch (method) {
        case legacy_method::ping: answer_later(number, "{}"); return true;
        case legacy_method::sets_log_level: set_level(message, number); return true;
        case legacy_method::subscribes:
        case legacy_method::unsubscribes: change_subscription(message, number, method == legacy_method::subscribes); return true;
        case legacy_method::absent: answer_later(number, error_object(method_not_found, "Method not found"), true); return true;
        case legacy_method::forwarded:
        case legacy_method::lists_tools:
        case legacy_method::calls_tool:
        case legacy_method::may_ask:
        case legacy_method::cached: break;
    }
    return false;
}

void legacy_view::set_level(const jsonrpc::envelope& message, std::uint64_t number) {
    if (!terms_.server.has_logging) return answer_later(number, error_object(method_not_found, "Method not found"), true);
    const std::string_view level = jsonrpc::find_member(message, message.params, "level");
    if (!mcp::read_log_level(level)) return answer_later(number, error_object(invalid_params, "Invalid params: there is no such log level"), true);
    log_level_ = level;
    answer_later(number, "{}");
}

void legacy_view::change_subscription(const jsonrpc::envelope& message, std::uint64_t number, bool is_added) {
    if (!terms_.server.has_resource_updates) return answer_later(number, error_object(method_not_found, "Method not found"), true);
    const std::string_view uri = jsonrpc::find_member(message, message.params, "uri");
    if (!uri.starts_with('"') || uri.size() > longest_text) {
        return answer_later(number, error_object(invalid_params, "Invalid params: \"uri\" is no string, or too long"), true);
    }
    changes_->change(number, subject::resource, jsonrpc::decode_string(uri), is_added);
}

void legacy_view::watch_task(std::string id, bool is_added, std::shared_ptr<child::call_sink> sink) {
    if (!is_open()) return sink->on_lost({});
    changes_->change(calls_.add(std::move(sink)), subject::task, std::move(id), is_added);
}

void legacy_view::learn_lists(std::shared_ptr<child::call_sink> sink) {
    if (!is_open()) return sink->on_lost({});
    changes_->learn_lists(calls_.add(std::move(sink)));
}

void legacy_view::answer_subscription(std::uint64_t number, const std::string& failure) {
    if (failure.empty()) return answer_later(number, "{}");
    answer_later(number, error_object(invalid_params, failure), true);
}

// In a turn of its own, because the caller of `call` learns the number first.
void legacy_view::answer_later(std::uint64_t number, const std::string& contents, bool is_error) {
    const auto answer = [self = std::static_pointer_cast<legacy_view>(shared_from_this()), number, contents, is_error] {
        const auto sink = self->settle(number, false);
        if (!sink) return;
        jsonrpc::envelope made;
        made.kind = is_error ? jsonrpc::message_kind::error : jsonrpc::message_kind::result;
        (is_error ? made.error : made.result) = contents;
        sink->on_answer(made);
    };
    const core::coroutine_name named{"legacy_view.answer", "the request is answered all the same"};
    auto work = [answer, executor = executor_]() -> core::task<void> { return answer_in_turn(executor, answer); };
    core::spawn(executor_, named, std::move(work), answer);
}

core::task<void> legacy_view::answer_in_turn(core::executor executor, std::function<void()> answer) {
    co_await boost::asio::post(executor, core::nothrow);
    answer();
}

void legacy_view::cancel(std::uint64_t number, std::string_view reason) {
    const std::shared_ptr<child::call_sink> sink = calls_.remove(number);
    if (sink == nullptr) return;
    if (auto* const passed = dynamic_cast<passed_call*>(sink.get())) return passed->cancel(*source_, reason);
    changes_->forget(number);
    if (const auto call = running_.extract(number)) call.mapped()->cancel(reason);
}

void legacy_view::check(core::clock::time_point now) {
    for (const std::uint64_t each : calls_.overdue(now)) cancel(each, "the bridge has waited long enough");
    changes_->check(now);
    source_->check(now);
}

void legacy_view::notify(const jsonrpc::envelope& message, std::string* text) {
    const bool is_dropped = std::ranges::any_of(dropped, [&message](std::string_view name) { return message.is_method(name); });
    if (!is_dropped) source_->notify(message, text);
}

// ---- questions of the child

std::uint64_t legacy_view::add_question(const std::shared_ptr<question_asker>& asking) {
    questions_[++last_question_] = asking;
    return last_question_;
}

void legacy_view::ask(const round_question& question) {
    const auto owner = owner_.lock();
    const std::string id = std::to_string(question.number);
    if (!owner) return refuse(id, method_not_found, "nobody can answer");
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.id = id;
    message.method = question.method;
    message.params = question.params;
    message.known = question.known;
    message.has_line_breaks = question.has_line_breaks;
    owner->on_request(*this, message);
}

void legacy_view::withdraw(std::uint64_t question, std::string_view reason) {
    questions_.erase(question);
    const auto owner = owner_.lock();
    if (!owner) return;
    std::string line = R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::to_string(question) + R"(,"reason":)";
    jsonrpc::append_string(line, reason);
    line += "}}";
    const auto read = jsonrpc::read_envelope(line, terms_.bounds.json_depth);
    if (const auto* const message = std::get_if<jsonrpc::envelope>(&read)) owner->on_notification(*this, *message);
}

// The call that waits for the answer to the request `id`; null if none does any more.
std::shared_ptr<question_asker> legacy_view::asker_of(std::string_view id) const {
    const auto found = questions_.find(jsonrpc::minted_number(id).value_or(0));
    return found == questions_.end() ? nullptr : found->second.lock();
}

const child::call_sink* legacy_view::asking_call(std::string_view id) const {
    const auto asker = asker_of(id);
    return asker ? asker->sink() : nullptr;
}

void legacy_view::answer(std::string_view id, const jsonrpc::envelope& message, std::string* text) {
    if (message.kind == jsonrpc::message_kind::error) {
        const std::string_view reason = jsonrpc::find_member(message, message.error, "message");
        const bool is_usable = reason.starts_with('"') && reason.size() <= longest_text;
        return refuse(id, 0, is_usable ? jsonrpc::decode_string(reason) : std::string("the client answered with an error"));
    }
    if (is_large(text)) {
        if (message.has_line_breaks) blank_line_breaks(*text, message.result);
        const core::lent_text lent(*text, payer());
        return answer_shared(id, lent.lend(message.result));
    }
    std::string copy;
    jsonrpc::append_raw(copy, message.result, message.has_line_breaks);
    answer_shared(id, core::shared_text(std::move(copy)));
}

void legacy_view::answer(std::string_view id, std::string_view result) {
    answer_shared(id, core::shared_text(std::string(result)));
}

void legacy_view::answer_shared(std::string_view id, const core::shared_text& result) {
    const auto asker = asker_of(id);
    const std::uint64_t question = jsonrpc::minted_number(id).value_or(0);
    questions_.erase(question);
    if (asker) asker->answer(question, result);
}

void legacy_view::refuse(std::string_view id, int, std::string_view text) {
    const auto asker = asker_of(id);
    const std::uint64_t question = jsonrpc::minted_number(id).value_or(0);
    questions_.erase(question);
    if (asker) asker->refuse(question, text);
}

std::shared_ptr<child::call_sink> legacy_view::settle(std::uint64_t number, bool is_answered) {
    running_.erase(number);
    std::shared_ptr<child::call_sink> sink = calls_.remove(number);
    if (sink && is_answered) record_answer(*sink);
    return sink;
}

// ---- the owner

void legacy_view::set_owner(std::weak_ptr<child::link_owner> owner) {
    owner_ = std::move(owner);
    if (const auto account = payer()) pay_from(account);
}

void legacy_view::pay_from(const core::memory_account_ptr& account) {
    source_->pay_from(account);
    changes_->pay_from(account);
}

core::memory_account_ptr legacy_view::payer() const {
    const auto owner = owner_.lock();
    return owner ? owner->payer() : nullptr;
}

bool legacy_view::serves_several() const {
    const auto owner = owner_.lock();
    return owner && owner->serves_several();
}

void legacy_view::on_notification(child::link&, const jsonrpc::envelope& message) {
    if (!changes_->admits(message)) return;
    const auto owner = owner_.lock();
    if (!owner) return;
    // A large one keeps the id of its subscription, because its receivers would have to read a copy again.
    if (message.meta.empty() || message.known) return owner->on_notification(*this, message);
    const std::optional<std::string> params = without_subscription(message);
    if (!params) return owner->on_notification(*this, message);
    jsonrpc::envelope shown = message;
    shown.params = *params;
    shown.meta = {};
    shown.meta_progress_token = {};
    owner->on_notification(*this, shown);
}

void legacy_view::on_request(child::link& source, const jsonrpc::envelope& message) {
    source.refuse(message.id, method_not_found, "Method not found: a server of this revision sends no requests");
}

// ---- the end

core::task<void> legacy_view::wait_closing() {
    co_await source_->wait_closing();
    start_closing();
}

void legacy_view::start_closing() {
    if (!is_open()) return;
    end_reason_ = source_->end_reason();
    bare_end_reason_ = source_->bare_end_reason();
    state_.enter(state::closing);
}

// The link below knows nothing of these calls.
void legacy_view::lose_parked_calls() {
    const auto all = running_;
    for (const auto& [number, each] : all) each->lose(end_reason_);
}

// No call gets an answer any more.
void legacy_view::lose_calls() {
    changes_->stop();
    lose_parked_calls();
    for (const auto& [number, each] : std::exchange(running_, {})) each->drop();
    for (const auto& sink : calls_.remove_all()) sink->on_lost(end_reason_);
}

void legacy_view::close(std::string reason) {
    was_closed_ = was_closed_ || is_open();
    if (is_disposable()) source_->set_disposable();
    changes_->stop();
    source_->close(std::move(reason));
    start_closing();
    lose_parked_calls();
}

void legacy_view::on_failure(child::link&) {
    start_closing();
    if (const auto owner = owner_.lock()) owner->on_failure(*this);
    lose_calls();
}

void legacy_view::on_end(child::link&) {
    start_closing();
    state_.enter(state::ended);
    lose_calls();
    if (const auto owner = owner_.lock()) owner->on_end(*this);
}

}  // namespace bridge::era
