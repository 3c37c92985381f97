#include "bridge/endpoints/stream_reply.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/endpoints/refusals.hpp"
#include "bridge/http/problem.hpp"

namespace bridge::endpoints {
namespace {

// Answers up to this size are copied into an array, which is cheaper than a write from their own memory.
constexpr std::size_t copied_answer = 16 * 1024;

// The parts of the JSON array of `answers`. Large answers stay where they are.
std::vector<std::string> array_of(std::vector<session::stream::item> answers) {
    std::vector<std::string> parts{"["};
    for (session::stream::item& each : answers) {
        if (&each != &answers.front()) parts.back() += ',';
        if (each.text.size() <= copied_answer) {
            parts.back() += each.text;
        } else {
            parts.push_back(std::move(each.text));
            parts.emplace_back();
        }
    }
    parts.back() += ']';
    return parts;
}

}  // namespace

stream_reply::stream_reply(context& shared, reply_policy& policy, std::shared_ptr<session::stream> source, reply& answer, manner how,
                           core::clock::time_point now)
    : context_(shared), policy_(policy), from_(std::move(source)), to_(answer), how_(how), reader_(from_->attach()),
      speak_(how.may_stream ? now + shared.listener.bounds.silence : core::clock::time_point::max()), leave_(core::clock::time_point::max()) {
    if (!how_.may_stream) from_->refuse_messages();
    // Only if the client can come back for the rest.
    const auto oldest = shared.listener.bounds.stream_max_age;
    if (how_.may_stream && policy_.may_leave() && oldest.count() != 0) leave_ = now + oldest;
    to_.connection_line().current_stream = this;
}

stream_reply::~stream_reply() {
    to_.connection_line().current_stream = nullptr;
    if (to_.connection_line().is_shed && !is_replaced()) from_->shed();
    if (!is_replaced()) policy_.take_back_questions(*from_);
    from_->detach(reader_);
}

void stream_reply::start() {
    to_.start_stream();
    policy_.offer_resuming(from_);
    if (from_->is_resumable()) {
        to_.add_bookmark(from_->id_at(from_->sent_position()).text(), context_.listener.bounds.resume_delay);
    } else {
        // Some proxies forward the head only with the first byte of the body.
        to_.add_comment("stream");
    }
}

void stream_reply::resume_after(session::event_id last, const std::vector<session::event_ring::event>& missed) {
    to_.start_stream();
    // The id is sent again, because SDKs record the id per connection: without one they could not resume a second time.
    to_.add_bookmark(last.text(), context_.listener.bounds.resume_delay);
    std::uint64_t before = last.position;
    bool has_lost = false;
    for (const auto& each : missed) {
        has_lost |= add_lost(before, each.id.position);
        to_.add_event(each.text, each.id.text());
        before = each.id.position;
    }
    has_lost |= add_lost(before, from_->sent_position() + 1);
    if (has_lost) core::meters().note_hit(core::bound::replay_size);
}

void stream_reply::begin_with_endpoint(std::string_view url, std::string_view id) {
    to_.start_stream();
    to_.add_endpoint(url, id, context_.listener.bounds.resume_delay);
}

// Reports how many messages between the two positions the client will not get, if any. Messages that were not held for the client are counted when
// they arrive.
bool stream_reply::add_lost(std::uint64_t before, std::uint64_t position) {
    if (position <= before || position - before == 1) return false;
    const std::string text = std::to_string(position - before - 1) + " messages were lost: more than are kept for a client that is away";
    spdlog::warn("on a stream of {} {}", policy_.label(), text);
    to_.add_comment(text);
    return true;
}

void stream_reply::add_waiting() {
    for (auto& each : from_->take()) {
        add_lost(from_->sent_position(), each.position);
        const std::string id = from_->is_resumable() ? from_->id_at(each.position).text() : std::string();
        if (from_->keeps(each)) to_.add_event(std::string_view(each.text), id);
        if (std::string unkept = from_->note_sent(std::move(each)); !unkept.empty()) to_.add_event(std::move(unkept), id);
    }
}

// Concludes the reply when everything owed has arrived, and only answers wait.
void stream_reply::conclude_plain() {
    std::vector<session::stream::item> answers = from_->take();
    if (answers.empty()) {
        // The client has cancelled its request, so the stream ends without an answer.
        to_.start_stream();
        return;
    }
    if (!how_.is_batch) {
        const status outcome = begin_answer(to_, answers.front().retry_after);
        return to_.put(outcome, json_type, std::move(answers.front().text));
    }
    to_.put(statuses::ok, json_type, array_of(std::move(answers)));
}

// A client that has closed its side of the connection may have left, or may only have finished sending. The bridge assumes for a stream that the
// client has left; it still tries to send a plain answer.
void stream_reply::note_departure() {
    // A message that is written to a client that has left is lost, unless the stream can be resumed. So the reply first checks that the client is
    // there, if the message could reach the client by another way.
    if (!from_->is_resumable() && policy_.has_other_way(*from_)) to_.look_for_client();
    if (!to_.connection_line().client_left) return;
    policy_.on_departure(*from_, to_.is_stream());
    if (to_.is_stream()) is_cut_ = true;
}

// Writes everything that waits. Returns false if the reply is complete, or if the client is not there for the rest.
bool stream_reply::advance() {
    if (is_replaced()) return false;
    note_departure();
    if (is_cut_) return false;
    if (!to_.is_stream()) {
        if (how_.must_stream || from_->has_message()) {
            start();
        } else if (from_->is_plain()) {
            conclude_plain();
            return false;
        }
    }
    if (to_.is_stream()) add_waiting();
    if (from_->has_ended()) return false;
    if (from_->has_overflowed()) spdlog::warn("a client reads its stream too slowly and is cut off");
    is_cut_ = is_cut_ || from_->has_overflowed() || to_.is_broken();
    return !is_cut_;
}

void stream_reply::act_on_time(core::clock::time_point now) {
    if (now < std::min(speak_, leave_)) return;
    if (!to_.is_stream()) {
        start();
    } else if (now >= speak_) {
        to_.add_comment("keep-alive");
    }
    if (now >= speak_) speak_ = now + context_.listener.bounds.silence;
}

core::task<void> stream_reply::run() {
    bool is_old = false;
    while (!is_old && advance()) {
        if (to_.has_unsent()) co_await to_.flush();
        // After a replacement, the new reader must receive the notification: if this coroutine received it, the new reader would miss it.
        if (is_replaced() || from_->changed().take()) continue;
        co_await from_->changed().async_wait(std::min(speak_, leave_));
        if (is_replaced() || from_->changed().take()) continue;
        const auto now = core::clock::now();
        act_on_time(now);
        is_old = now >= leave_;
    }
    if (is_old) core::meters().note_hit(core::bound::stream_max_age);
    if (is_cut_) to_.close_afterwards();
    if (to_.is_stream() && !is_cut_) to_.end_stream();
    if (to_.has_unsent()) co_await to_.flush();
}

}  // namespace bridge::endpoints
