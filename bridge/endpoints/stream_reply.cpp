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

stream_reply::stream_reply(endpoint_context& context, reply_policy& policy, std::shared_ptr<session::stream> source, reply& http_reply,
                           manner reply_manner, core::clock::time_point now)
    : context_(context), policy_(policy), source_(std::move(source)), reply_(http_reply), manner_(reply_manner), reader_(source_->attach()),
      comment_time_(reply_manner.may_stream ? now + context.listener.bounds.silence : core::clock::time_point::max()),
      end_time_(core::clock::time_point::max()) {
    if (!manner_.may_stream) source_->refuse_messages();
    // Only if the client can come back for the rest.
    const auto oldest = context.listener.bounds.stream_max_age;
    if (manner_.may_stream && policy_.may_leave() && oldest.count() != 0) end_time_ = now + oldest;
    reply_.state_of_connection().current_stream = this;
}

stream_reply::~stream_reply() {
    reply_.state_of_connection().current_stream = nullptr;
    if (is_replaced()) return;
    if (reply_.state_of_connection().is_shed) source_->shed();
    source_->detach(reader_);
    if (!is_complete_) policy_.on_reader_lost(*source_);
}

// From this turn on no message goes to the client that has left.
void stream_reply::on_departure() {
    if (is_replaced()) return;
    source_->record_departure();
    source_->changed().notify();
}

void stream_reply::start() {
    reply_.start_stream();
    policy_.offer_resuming(source_);
    if (source_->is_resumable()) {
        reply_.add_bookmark(source_->id_at(source_->sent_position()).text(), context_.listener.bounds.resume_delay);
    } else {
        // Some proxies forward the head only with the first byte of the body.
        reply_.add_comment("stream");
    }
}

void stream_reply::resume_after(session::event_id last, const std::vector<session::event_ring::event>& missed) {
    reply_.start_stream();
    // The id is sent again, because SDKs record the id per connection: without one they could not resume a second time.
    reply_.add_bookmark(last.text(), context_.listener.bounds.resume_delay);
    std::uint64_t before = last.position;
    bool has_lost = false;
    for (const auto& each : missed) {
        has_lost |= add_lost(before, each.id.position);
        if (!each.text.empty()) reply_.add_event(each.text, each.id.text());
        before = each.id.position;
    }
    has_lost |= add_lost(before, source_->sent_position() + 1);
    if (has_lost) core::meters().count_hit(core::bound::replay_size);
}

void stream_reply::begin_with_endpoint(std::string_view url, std::string_view id) {
    reply_.start_stream();
    reply_.add_endpoint(url, id, context_.listener.bounds.resume_delay);
}

// Reports how many messages between the two positions the client will not get, if any. Messages that were not held for the client are counted when
// they arrive.
bool stream_reply::add_lost(std::uint64_t previous, std::uint64_t position) {
    if (position <= previous || position - previous == 1) return false;
    const std::string text = std::to_string(position - previous - 1) + " messages were lost: more than are kept for a client that is away";
    spdlog::warn("on a stream of {} {}", policy_.label(), text);
    reply_.add_comment(text);
    return true;
}

void stream_reply::add_waiting() {
    for (auto& each : source_->remove_waiting()) {
        add_lost(source_->sent_position(), each.position);
        const std::string id = source_->is_resumable() ? source_->id_at(each.position).text() : std::string();
        if (source_->keeps(each)) reply_.add_event(std::string_view(each.text), id);
        if (std::string unkept = source_->record_sent(std::move(each)); !unkept.empty()) reply_.add_event(std::move(unkept), id);
    }
}

// Concludes the reply when everything owed has arrived, and only answers wait.
void stream_reply::conclude_plain() {
    std::vector<session::stream::item> answers = source_->remove_waiting();
    if (answers.empty()) {
        // The client has cancelled its request, so the stream ends without an answer.
        reply_.start_stream();
        return;
    }
    if (!manner_.is_batch) {
        const status refused = begin_answer(reply_, answers.front().retry_after, answers.front().text);
        const status outcome = refused.code == statuses::ok.code ? policy_.status_of(answers.front().text) : refused;
        return reply_.put(outcome, json_type, std::move(answers.front().text));
    }
    reply_.put(statuses::ok, json_type, array_of(std::move(answers)));
}

// A client that has closed its side of the connection may have left, or may only have finished sending. The bridge assumes for a stream that the
// client has left; it still tries to send a plain answer.
void stream_reply::react_to_departure() {
    // The client may have left in this turn. A message that is written to it would be late or lost, if it could reach the client by another way.
    if (policy_.has_other_way(*source_)) reply_.look_for_client();
    if (!reply_.state_of_connection().client_left) return;
    source_->record_departure();
    if (reply_.is_stream() || manner_.must_stream || policy_.is_cancelled_by_departure()) {
        is_cut_ = true;
    } else if (source_->has_message()) {
        policy_.on_reader_lost(*source_);
    }
}

// Writes everything that waits. Returns false if the reply is complete, or if the client is not there for the rest.
bool stream_reply::advance() {
    if (is_replaced()) return false;
    react_to_departure();
    if (is_cut_) return false;
    if (!reply_.is_stream()) {
        if (manner_.must_stream || source_->has_message()) {
            start();
        } else if (source_->is_plain()) {
            conclude_plain();
            return false;
        }
    }
    if (reply_.is_stream()) add_waiting();
    if (source_->has_ended()) return false;
    if (source_->has_overflowed()) spdlog::warn("a client reads its stream too slowly and is cut off");
    is_cut_ = is_cut_ || source_->has_overflowed() || reply_.is_broken();
    return !is_cut_;
}

void stream_reply::act_on_time(core::clock::time_point now) {
    if (now < std::min(comment_time_, end_time_)) return;
    if (!reply_.is_stream() && reply_.state_of_connection().client_left) {
        // The client gets a plain answer or nothing; see `react_to_departure`.
        comment_time_ = end_time_ = core::clock::time_point::max();
    } else if (!reply_.is_stream()) {
        start();
    } else if (now >= comment_time_) {
        reply_.add_comment("keep-alive");
    }
    if (now >= comment_time_) comment_time_ = now + context_.listener.bounds.silence;
}

core::task<void> stream_reply::run() {
    bool is_old = false;
    while (!is_old && advance()) {
        if (reply_.has_unsent()) co_await reply_.flush();
        // After a replacement, the new reader must receive the notification: if this coroutine received it, the new reader would miss it.
        if (is_replaced() || source_->changed().consume()) continue;
        if (!reply_.state_of_connection().client_left) reply_.state_of_connection().departure.begin();
        co_await source_->changed().async_wait(std::min(comment_time_, end_time_));
        if (is_replaced() || source_->changed().consume()) continue;
        const auto now = core::clock::now();
        act_on_time(now);
        is_old = now >= end_time_;
    }
    if (is_old) core::meters().count_hit(core::bound::stream_max_age);
    const bool breaks = is_old && policy_.breaks_at_age();
    // The Go SDK from 1.7 on gives up a session whose streams end six times without a new event id.
    if (is_old && source_->is_resumable() && !source_->has_waiting()) {
        reply_.add_bookmark(source_->mark_position().text(), context_.listener.bounds.resume_delay);
    }
    if (is_cut_ || breaks) reply_.close_afterwards();
    if (reply_.is_stream() && !is_cut_ && !breaks) reply_.end_stream();
    if (reply_.has_unsent()) co_await reply_.flush();
    is_complete_ = !is_cut_ && !reply_.is_broken();
}

}  // namespace bridge::endpoints
