// Streams, the event ring and event ids under any sequence of what a session and its clients do: bounds are kept, positions only grow, a
// client gets each message once and as it was sent, and what it does not get is a gap that it is told of.
//
// Input: bytes, each an operation followed by its arguments.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/session/event_id.hpp"
#include "bridge/session/event_ring.hpp"
#include "bridge/session/stream.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using bridge::session::event_id;
using bridge::session::event_ring;
using bridge::session::stream;
using fuzzing::require;

// Small, so that a few operations reach each of them.
bridge::core::limits small_bounds() {
    bridge::core::limits out;
    out.stream_messages = 5;
    out.stream_bytes = 1200;
    out.held_messages = 3;
    out.held_bytes = 500;
    out.replay_events = 5;
    out.replay_bytes = 600;
    out.exchanges_per_session = 3;
    return out;
}

const bridge::core::limits bounds = small_bounds();

// What was pushed at a position.
struct pushed {
    std::string text;  // empty if it was refused, which leaves a gap
    std::uint64_t asked = 0;
    bool is_answer = false;
};

std::string error_for(const std::string& answer) {
    const auto read = bridge::jsonrpc::read_envelope(answer, 16);
    const auto* message = std::get_if<bridge::jsonrpc::envelope>(&read);
    require(message != nullptr, "what a client gets is a message");
    return message->kind == bridge::jsonrpc::message_kind::error ? std::string(message->id) : std::string();
}

// One stream with its client, and beside it what the two should do.
class talk {
public:
    talk(bridge::core::executor loop_executor, event_ring* ring, std::uint64_t number, std::size_t owed)
        : stream_(loop_executor, bounds, owed), ring_(ring), owed_(owed) {
        if (ring_ != nullptr) stream_.make_resumable(number, *ring_);
        if (owed == 0) stream_.hold_messages();
    }

    void push(std::string text, std::uint64_t asked) {
        const bool delivers = stream_.delivers();
        const bool is_taken = stream_.push(text, asked);
        require(delivers || !is_taken, "what cannot be delivered is not taken");
        if (delivers) log_.push_back({is_taken ? std::move(text) : std::string(), is_taken ? asked : 0, false});
    }

    void push_answer(std::string text) {
        const bool is_late = stream_.has_ended();
        stream_.push_answer(text);
        if (is_late) return;
        log_.push_back({std::move(text), 0, true});
        settle();
    }

    void forgo_answer() {
        const bool is_late = stream_.has_ended();
        stream_.forgo_answer();
        if (!is_late) settle();
    }

    void end() {
        stream_.end();
        note_end();
    }

    void withdraw(std::uint64_t asked) {
        const auto at = std::ranges::find_if(log_.begin() + static_cast<std::ptrdiff_t>(taken_), log_.end(),
                                             [asked](const pushed& each) { return each.asked == asked; });
        const bool is_there = asked != 0 && at != log_.end();
        require(stream_.withdraw(asked).has_value() == is_there, "a request is withdrawn exactly if it waits");
        if (is_there) log_.erase(at);
    }

    void remove_messages() {
        for (const stream::item& each : stream_.remove_messages()) {
            const auto at = std::ranges::find_if(log_.begin() + static_cast<std::ptrdiff_t>(taken_), log_.end(), [&](const pushed& one) {
                return !one.is_answer && one.asked == each.asked && one.text == each.text;
            });
            require(at != log_.end(), "the messages that are taken out are those that wait");
            log_.erase(at);
        }
        require(!stream_.has_message(), "no message is left");
    }

    // The client comes, perhaps a second time; with the id of the last event that it knows, if it has one.
    void attach() {
        if (ring_ != nullptr) {
            std::uint64_t before = seen_;
            for (const event_ring::event& each : ring_->after(stream_.id_at(seen_))) {
                require(each.id.stream == stream_.number() && each.id.position > before, "what is sent again is in order and of this stream");
                require(each.id.position <= taken_, "what is sent again was sent");
                check_text(each.id.position, each.text);
                before = each.id.position;
            }
            // What lies between is reported as lost.
            seen_ = taken_;
        }
        reader_ = stream_.attach();
        require(stream_.is_read_by(reader_) && stream_.has_reader(), "the newest reader has the stream");
    }

    void detach() {
        stream_.detach(reader_);
        require(!stream_.has_reader(), "nobody reads once the reader has gone");
        if (stream_.has_ended()) note_end();
    }

    void record_departure() {
        stream_.record_departure();
        require(!stream_.is_live(), "a reader whose client has gone gets no messages");
    }

    // As a reply does: takes what there is, writes it and says so. `arrives`: the client gets it; otherwise its connection is broken.
    void deliver(bool arrives) {
        if (!stream_.has_reader()) return;
        check_waiting();
        std::size_t messages = 0;
        std::size_t bytes = 0;
        for (stream::item& each : stream_.remove_waiting()) {
            require(each.position > taken_, "positions only grow");
            skip_to(each.position);
            check_text(each.position, each.text);
            require(each.is_answer == log_[each.position - 1].is_answer && each.asked == log_[each.position - 1].asked, "an item keeps what it is");
            if (!each.is_answer) ++messages, bytes += each.text.size();
            taken_ = each.position;
            record_sent(std::move(each));
        }
        require(messages <= bounds.stream_messages && bytes <= bounds.stream_bytes, "what waits is bounded");
        require(!stream_.has_waiting() && stream_.sent_position() == taken_, "all that waited is sent");
        if (arrives) seen_ = taken_;
    }

    void check() const {
        require(stream_.sent_position() <= log_.size(), "nothing is sent that was not pushed");
        if (owed_was_ != 0) require(stream_.has_ended() == (has_ended_ || owed_ == 0), "a stream ends with the last answer");
    }

private:
    void settle() {
        if (owed_ != 0 && --owed_ == 0) note_end();
    }

    void note_end() {
        has_ended_ = true;
        // Nobody reads: what waits goes into the ring, or is lost with the stream.
        if (!stream_.has_reader()) taken_ = std::max<std::size_t>(taken_, stream_.sent_position());
    }

    // Those that were refused.
    void skip_to(std::uint64_t position) {
        require(position <= log_.size(), "nothing is sent that was not pushed");
        for (std::uint64_t lost = taken_ + 1; lost < position; ++lost) require(log_[lost - 1].text.empty(), "a gap stands for what was refused");
    }

    void record_sent(stream::item sent) {
        const std::string text = sent.text;
        const bool is_kept = stream_.keeps(sent);
        const std::string unkept = stream_.record_sent(std::move(sent));
        require(is_kept ? unkept.empty() : unkept == text, "a text is given back exactly if it is not kept");
    }

    // The client gets `text` as what was pushed at `position`.
    void check_text(std::uint64_t position, const std::string& text) {
        require(position <= log_.size(), "nothing is sent that was not pushed");
        const pushed& was = log_[position - 1];
        if (text == was.text) return;
        require(was.is_answer && bridge::jsonrpc::find_member(was.text, "id") == error_for(text), "only an error takes an answer's place");
    }

    void check_waiting() const {
        for (std::size_t i = taken_; i < log_.size(); ++i) {
            if (!log_[i].text.empty() && !log_[i].is_answer) require(stream_.has_waiting(), "what was taken waits");
        }
    }

    stream stream_;
    event_ring* ring_;
    std::size_t owed_;
    std::size_t owed_was_ = owed_;
    stream::reader reader_ = 0;
    std::vector<pushed> log_;  // by position, from 1
    std::size_t taken_ = 0;    // the position up to which all was sent or is lost
    std::uint64_t seen_ = 0;   // the position that the client knows
    bool has_ended_ = false;
};

std::string message(std::size_t number, std::size_t length) {
    return R"({"jsonrpc":"2.0","method":"m)" + std::to_string(number) + R"(","params":{"x":")" + std::string(length, 'x') + R"("}})";
}

std::string answer(std::size_t number, std::size_t length) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(number) + R"(,"result":{"x":")" + std::string(length, 'x') + R"("}})";
}

void check_id(std::string_view text) {
    const std::optional<event_id> read = event_id::parse(text);
    if (read) require(read->text() == text, "an event id has one spelling");
}

void check_ring(const event_ring& ring) {
    require(ring.size() <= bounds.replay_events && ring.bytes() <= bounds.replay_bytes, "the ring keeps its bounds");
    std::size_t size = 0;
    std::size_t bytes = 0;
    for (std::uint64_t each = 0; each < 4; ++each) {
        for (const event_ring::event& kept : ring.after({each, 0})) ++size, bytes += kept.text.size();
    }
    require(size >= ring.size() && bytes >= ring.bytes(), "what is counted is there");
    require(bytes - ring.bytes() <= bounds.stream_bytes, "what is kept apart is bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzzing::input in(data, size);
    boost::asio::io_context loop;
    event_ring ring(bounds);
    // A general stream, two of requests and one of a client that cannot resume.
    std::vector<std::unique_ptr<talk>> talks;
    talks.push_back(std::make_unique<talk>(loop.get_executor(), &ring, 0, 0));
    talks.push_back(std::make_unique<talk>(loop.get_executor(), &ring, 1, 1));
    talks.push_back(std::make_unique<talk>(loop.get_executor(), &ring, 2, 3));
    talks.push_back(std::make_unique<talk>(loop.get_executor(), nullptr, 0, 0));
    for (std::size_t number = 1; !in.is_empty(); ++number) {
        const std::uint8_t what = in.byte();
        talk& with = *talks[what / 64];
        switch (what % 12) {
            case 0: with.attach(); break;
            case 1: with.detach(); break;
            case 2: with.deliver(true); break;
            case 3: with.deliver(false); break;
            case 4: with.push(message(number, in.byte()), 0); break;
            case 5: with.push(message(number, in.byte()), number); break;
            case 6: with.push_answer(answer(number, in.byte() * 8U)); break;
            case 7: with.forgo_answer(); break;
            case 8: with.withdraw(number - in.below(8)); break;
            case 9: with.remove_messages(); break;
            case 10: with.record_departure(); break;
            default:
                if (what / 64 == 3) {
                    check_id(in.text(in.below(44)));
                } else if (in.byte() == 0) {
                    with.end();
                }
        }
        with.check();
        check_ring(ring);
    }
    return 0;
}
