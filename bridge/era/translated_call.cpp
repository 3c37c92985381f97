#include "bridge/era/translated_call.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/core/turn.hpp"
#include "bridge/era/legacy_result.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// The pause before the first call with nothing but the child's state. Each later one is twice as long.
constexpr std::chrono::milliseconds first_pause{250};

// A number with its digits; longer ones are no progress that anybody reports.
constexpr std::size_t longest_number = 64;

double progress_of(const jsonrpc::envelope& message) {
    const std::string_view raw = jsonrpc::find_member(message, message.params, "progress");
    return raw.size() > longest_number ? 0 : std::strtod(std::string(raw).c_str(), nullptr);
}

// Of a tool, raw. The specification recommends 128 characters at most.
constexpr std::size_t longest_name = 1024;

// A result of the modern era has a type among its members.
constexpr std::string_view no_object = "the server's answer is malformed: its result is no object";

bool is_object(std::string_view result) {
    return result.starts_with('{');
}

std::string failed_tool(std::string_view reason) {
    std::string out = R"({"content":[{"type":"text","text":)";
    jsonrpc::append_string(out, reason);
    return out + R"(}],"isError":true})";
}

std::string error_object(std::string_view reason) {
    std::string out = R"({"code":)" + std::to_string(jsonrpc::error_code::internal_error) + R"(,"message":)";
    jsonrpc::append_string(out, reason);
    return out + '}';
}

// An answer that says that the call has failed: for a tool, its result.
void answer_with_failure(child::call_sink& sink, bool is_tool, std::string_view reason) {
    const std::string contents = is_tool ? failed_tool(reason) : error_object(reason);
    jsonrpc::envelope answer;
    answer.kind = is_tool ? jsonrpc::message_kind::result : jsonrpc::message_kind::error;
    (is_tool ? answer.result : answer.error) = contents;
    sink.on_answer(answer);
}

// Gives the result of `shown`, a part of `text`, the form `pieces`, in slices.
core::task<void> take_form(core::executor executor, jsonrpc::envelope& shown, std::vector<std::string_view> pieces, std::string& text,
                           core::memory_charge& held) {
    constexpr std::size_t tail = jsonrpc::answer_tail.size();
    constexpr std::size_t room_behind = 16 * 1024;  // for what the receiver adds
    const auto begin = static_cast<std::size_t>(shown.result.data() - text.data());
    std::size_t end = begin;
    for (const std::string_view piece : pieces) end += piece.size();
    const bool is_in_place = fit_in_place(pieces, text, begin, tail);
    std::string made;
    if (!is_in_place) {
        made.reserve(end + tail + room_behind);
        held.set(core::capacity_of(text) + core::capacity_of(made));
        made.append(text, 0, begin);
    }
    // One turn for all pieces, because there can be thousands of short ones.
    core::turn turn(executor);
    char* to = text.data() + begin;
    for (std::string_view piece : pieces) {
        while (!piece.empty()) {
            const std::string_view slice = piece.substr(0, jsonrpc::slice_bytes);
            if (!is_in_place) {
                made += slice;
            } else if (to != slice.data()) {
                std::memmove(to, slice.data(), slice.size());
            }
            to += slice.size();
            piece.remove_prefix(slice.size());
            if (turn.is_over()) co_await turn.next();
        }
    }
    if (is_in_place) {
        text.erase(end, text.size() - tail - end);
    } else {
        made += jsonrpc::answer_tail;
        text = std::move(made);
    }
    shown.result = std::string_view(text).substr(begin, end - begin);
    shown.known = nullptr;
}

}  // namespace

// ---- towards the child

boost::system::error_code translated_call::send(const jsonrpc::envelope& message, const child::spliced_params& wrapped, std::string_view log_level,
                                                const core::shared_text& text) {
    const auto view = view_.lock();
    raw_method_ = message.method;
    log_level_ = log_level;
    if (method_ == legacy_method::calls_tool && message.name.size <= longest_name) tool_ = message.name.in(message.params);
    const auto number = view->source().call_spliced(message.method, wrapped, shared_from_this());
    if (!number) return number.error();
    child_number_ = *number;
    if (may_ask(method_) && !is_settled_) keep(message, text);
    return {};
}

// A large text is not copied.
void translated_call::keep(const jsonrpc::envelope& message, const core::shared_text& text) {
    kept_charge_ = core::memory_charge(view_.lock()->payer(), core::memory_use::request_body);
    // Without the memory for it, the call fails only if the child asks.
    if (text.empty() && !kept_charge_.may_grow_to(message.params.size())) return;
    kept_ = message;
    kept_->has_line_breaks = false;
    if (!text.empty()) {
        kept_text_ = text;
    } else {
        std::string copy;
        jsonrpc::append_raw(copy, message.params, message.has_line_breaks);
        kept_text_ = core::shared_text(std::move(copy));
        kept_->known = nullptr;
        for (std::string_view* const part : {&kept_->params, &kept_->meta, &kept_->meta_progress_token}) {
            const std::string_view original = *part;
            if (original.empty()) continue;
            *part = kept_text_.view().substr(static_cast<std::size_t>(original.data() - message.params.data()), original.size());
        }
    }
    pay();
}

void translated_call::call_again() {
    const auto view = view_.lock();
    if (is_settled_ || !view) return;
    spliced_object params(kept_text_);
    round_.add_members(params);
    // The members of the params were not too many the first time.
    static_cast<void>(view->terms().envelope.wrap(params, *kept_, log_level_));
    round_.clear();
    pay();
    const auto number = view->source().call_spliced(raw_method_, params.finish(), shared_from_this());
    if (!number) return fail("the server could not get the answers to its questions: " + number.error().message());
    child_number_ = *number;
}

void translated_call::call_again_later() {
    const auto pause = first_pause * (1 << std::min(rounds_ - 1, most_rounds));
    const core::coroutine_name named{"translated_call.wait", "the call is answered with an error"};
    pause_over_ = std::make_shared<core::event>(view_.lock()->executor());
    auto work = [self = shared_from_this(), pause_end = pause_over_, pause] { return wait_and_call(self, pause_end, pause); };
    core::spawn(view_.lock()->executor(), named, std::move(work), [self = shared_from_this()] { self->fail("the bridge failed"); });
}

core::task<void> translated_call::wait_and_call(std::shared_ptr<translated_call> self, std::shared_ptr<core::event> pause_end,
                                                std::chrono::milliseconds pause) {
    co_await pause_end->wait_until(core::clock::now() + pause);
    self->call_again();
}

void translated_call::pay() {
    const std::size_t listed = kept_ && kept_->known ? kept_->known->cost() : 0;
    kept_charge_.set(kept_text_.cost() + listed + round_.cost());
}

// ---- answers of the child

void translated_call::on_answer(const jsonrpc::envelope& answer) {
    child_number_ = 0;
    if (is_settled_) return;
    if (answer.kind == jsonrpc::message_kind::error) return pass(answer, nullptr);
    if (!is_object(answer.result)) return fail(no_object);
    const std::vector<jsonrpc::member> result = jsonrpc::members_of(answer.result);
    if (!is_complete(answer, result)) return;
    const auto view = view_.lock();
    if (!view) return on_lost("the server process ended");
    const std::string changed = legacy_result(answer, result, method_, tool_, *view->terms().tools);
    jsonrpc::envelope shown = answer;
    shown.result = changed;
    shown.known = nullptr;
    pass(shown, nullptr);
}

// The questions of the child, or a result that no client understands, end here.
bool translated_call::is_complete(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result) {
    switch (kind_of(result)) {
        case result_kind::input_required: begin_round(answer, result); return false;
        case result_kind::unknown: fail("the server answered with a kind of result that clients of this revision do not know"); return false;
        case result_kind::complete: break;
    }
    return true;
}

void translated_call::on_large_answer(const jsonrpc::envelope& answer, std::string text) {
    child_number_ = 0;
    const auto view = view_.lock();
    if (is_settled_ || !view) return;
    if (answer.kind == jsonrpc::message_kind::error) return pass(answer, &text);
    if (!is_object(answer.result)) return fail(no_object);
    const std::optional<std::vector<jsonrpc::member>> result = jsonrpc::few_members_of(answer, answer.result);
    if (!result) return fail("the server's result has more than " + std::to_string(jsonrpc::most_members) + " members");
    if (!is_complete(answer, *result)) return;
    // The members in `text` instead of those in the line of the child, which is not valid for long.
    const std::size_t begin = text.size() - jsonrpc::answer_tail.size() - answer.result.size();
    jsonrpc::envelope shown;
    shown.kind = jsonrpc::message_kind::result;
    shown.result = std::string_view(text).substr(begin, answer.result.size());
    if (answer.known) shown.known = answer.known->moved(answer.result.data(), shown.result.data());
    large_result large{.executor = view->executor(), .sink = settle(true), .account = view->payer(), .wrapped = view->terms().tools, .shown = shown};
    if (!large.sink) return;
    large.method = method_;
    large.tool = tool_;
    large.text = std::move(text);
    const core::coroutine_name named{"translated_call.read", "the call is answered with an error"};
    auto failed = [sink = large.sink, is_tool = method_ == legacy_method::calls_tool] { answer_with_failure(*sink, is_tool, "the bridge failed"); };
    auto work = [large = std::move(large)]() mutable { return change_and_pass(std::move(large)); };
    core::spawn(view->executor(), named, std::move(work), std::move(failed));
}

// The call is settled: the end of the child does not matter any more, and a client that has left needs nothing.
core::task<void> translated_call::change_and_pass(large_result large) {
    core::memory_charge held(large.account, core::memory_use::child_line);
    held.set(core::capacity_of(large.text));
    const std::string_view listed = large.method == legacy_method::lists_tools ? jsonrpc::find_member(large.shown, large.shown.result, "tools") : "";
    const changed_tools tools = co_await legacy_tools_in_slices(large.executor, listed, large.wrapped);
    const std::vector<jsonrpc::member> result = jsonrpc::few_members_of(large.shown, large.shown.result).value_or(std::vector<jsonrpc::member>());
    std::vector<std::string_view> pieces = legacy_pieces(large.shown, result, large.method, large.tool, *large.wrapped,
                                                         tools.has_changed() ? tools.pieces() : std::vector<std::string_view>());
    co_await take_form(large.executor, large.shown, std::move(pieces), large.text, held);
    held.set(core::capacity_of(large.text));
    if (large.sink->reads_members()) {
        const jsonrpc::read_outcome read = co_await child::read_in_slices(large.executor, large.text, jsonrpc::deepest_nesting);
        if (const auto* const message = std::get_if<jsonrpc::envelope>(&read)) large.shown = *message;
    }
    held.set(0);
    large.sink->on_large_answer(large.shown, std::move(large.text));
}

void translated_call::pass(const jsonrpc::envelope& answer, std::string* text) {
    const auto sink = settle(true);
    if (!sink) return;
    if (text == nullptr) return sink->on_answer(answer);
    sink->on_large_answer(answer, std::move(*text));
}

// Progress starts anew with each call of the child, but may only grow for the client (specification 2025-11-25, Progress).
bool translated_call::on_message(const jsonrpc::envelope& message) {
    if (is_settled_) return false;
    const double progress = progress_of(message);
    if (rounds_ > 0 && progress <= last_progress_) return false;
    last_progress_ = progress;
    return sink_->on_message(message);
}

void translated_call::on_lost(std::string_view reason) {
    child_number_ = 0;
    if (const auto sink = settle(false)) sink->on_lost(reason);
}

// ---- questions of the child

void translated_call::begin_round(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result) {
    const auto view = view_.lock();
    if (!view) return;
    if (!may_ask(method_)) return fail("the server asks for input in a request that allows none");
    if (++rounds_ > most_rounds) return fail("the server asked for input more than " + std::to_string(most_rounds) + " times");
    if (!kept_) return fail("the server asks for input, but the bridge had no memory to keep the request");
    // No stream takes longer ones, so they are not copied first.
    if (answer.result.size() > view->terms().bounds.stream_bytes) return fail("the server asks for input, but its questions are too long");
    const std::string fault = round_.begin(answer, result);
    if (!fault.empty()) return fail("the server asks for input, but " + fault);
    pay();
    if (round_.requests().empty()) return call_again_later();
    for (round_question& each : round_.requests()) each.number = view->add_question(shared_from_this());
    // A question can be refused within `ask`, which settles the call.
    for (std::size_t i = 0; !is_settled_ && i < round_.requests().size(); ++i) {
        round_question& next = round_.requests()[i];
        round_question asked{.key = {}, .method = next.method, .params = std::move(next.params), .has_line_breaks = next.has_line_breaks};
        asked.known = std::move(next.known);
        asked.number = next.number;
        view->ask(asked);
    }
}

void translated_call::answer(std::uint64_t question, core::shared_text result) {
    round_question* const answered = round_.find(question);
    if (is_settled_ || answered == nullptr) return;
    answered->response = std::move(result);
    answered->number = 0;
    pay();
    if (round_.is_complete()) call_again();
}

void translated_call::refuse(std::uint64_t question, std::string_view reason) {
    round_question* const refused = round_.find(question);
    if (is_settled_ || refused == nullptr) return;
    refused->number = 0;
    fail("the server needs an answer of the client (" + refused->method.substr(1, refused->method.size() - 2) + "): " + std::string(reason));
}

void translated_call::withdraw_questions(std::string_view reason) {
    const auto view = view_.lock();
    std::vector<std::uint64_t> open;
    for (const round_question& each : round_.requests()) {
        if (each.number != 0) open.push_back(each.number);
    }
    round_.clear();
    if (!view) return;
    for (const std::uint64_t each : open) view->withdraw(each, reason);
}

// ---- the end

// A coroutine that goes on waiting would keep the program from its end.
void translated_call::drop() {
    is_settled_ = true;
    if (pause_over_) pause_over_->notify();
}

std::shared_ptr<child::call_sink> translated_call::settle(bool is_answered) {
    if (is_settled_) return nullptr;
    drop();
    kept_.reset();
    kept_text_ = {};
    kept_charge_.set(0);
    const auto view = view_.lock();
    return view ? view->settle(number_, is_answered) : sink_;
}

void translated_call::fail(std::string_view reason) {
    const auto sink = settle(true);
    withdraw_questions(reason);
    if (sink) answer_with_failure(*sink, method_ == legacy_method::calls_tool, reason);
}

void translated_call::cancel(std::string_view reason) {
    if (is_settled_) return;
    drop();
    const auto view = view_.lock();
    if (view && child_number_ != 0) view->source().cancel(std::exchange(child_number_, 0), reason);
    withdraw_questions(reason);
}

void translated_call::lose(std::string_view reason) {
    if (is_parked()) on_lost(reason);
}

}  // namespace bridge::era
