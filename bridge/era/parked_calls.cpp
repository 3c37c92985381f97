#include "bridge/era/parked_calls.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/shared_text.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/era/input_request.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

// Servers that ask several questions at once write them in one turn of theirs.
constexpr auto gathering_time = 25ms;

constexpr std::string_view begin_of_required = R"({"resultType":"input_required","inputRequests":)";

std::size_t offset_in(const std::string& text, std::string_view part) {
    return part.empty() ? 0 : static_cast<std::size_t>(part.data() - text.data());
}

// Passes on `message`, whose result is the raw answer of the client. A large answer is not copied from `text`, of which it is a part on one line.
void pass_answer(const parked_calls::question& asked, const jsonrpc::envelope& message, const core::lent_text* text) {
    const auto asker = asked.asker.lock();
    if (!asker) return;
    const bool is_large = text != nullptr && message.result.size() > jsonrpc::slice_bytes;
    is_large ? asker->answer_shared(asked.id, text->lend(message.result)) : asker->answer(asked.id, message);
}

// The members of a raw object of answers, which is walked once, however many questions there are. If a member is repeated, the last one counts.
class answers_by_key {
public:
    answers_by_key(const jsonrpc::envelope& message, std::string_view responses) {
        // The request was refused if there are more.
        const std::optional<std::vector<jsonrpc::member>> all = jsonrpc::few_members_of(message, responses);
        for (const jsonrpc::member& each : all.value_or(std::vector<jsonrpc::member>())) {
            if (each.key.size() <= longest_raw_key) answers_.insert_or_assign(jsonrpc::decode_string(each.key), each.value);
        }
    }

    /// Empty if there is none.
    std::string_view find(const std::string& key) const {
        const auto found = answers_.find(key);
        return found == answers_.end() ? std::string_view() : found->second;
    }

private:
    // The keys are the bridge's own: a letter and a number. A client may escape each character.
    static constexpr std::size_t longest_raw_key = 6 * 24;

    std::map<std::string, std::string_view> answers_;
};

// Appends the object `inputRequests`.
void append_requests(std::string& out, const std::vector<parked_calls::question>& open) {
    char separator = '{';
    for (const parked_calls::question& each : open) {
        out += std::exchange(separator, ',');
        out += '"' + each.key + "\":";
        out += each.request;
    }
    out += '}';
}

// The client does not answer.
void give_up(const parked_calls::question& asked) {
    const auto asker = asked.asker.lock();
    if (!asker) return;
    const std::string_view dismissed = unanswered(asked.method);
    if (!dismissed.empty()) return asker->answer(asked.id, dismissed);
    asker->refuse(asked.id, jsonrpc::error_code::internal_error, "the client did not answer");
}

}  // namespace

struct parked_calls::entry {
    std::shared_ptr<session::exchange> call;
    core::digest request{};
    std::vector<question> open{};          // not answered yet
    std::size_t asked = 0;                 // so far
    std::uint64_t version = 0;             // of `open`
    std::string state{};                   // empty unless the client has the questions
    core::clock::time_point expires_at{};  // of the state
    bool is_gathering = false;
    core::memory_charge charge{};  // for the questions

    std::size_t question_bytes() const {
        std::size_t out = 0;
        for (const question& each : open) out += each.request.size();
        return out;
    }

    void update_charge() {
        std::size_t bytes = sizeof(entry);
        for (const question& each : open) bytes += sizeof(question) + each.request.size() + each.id.size();
        charge.set(bytes);
    }
};

void parked_calls::on_changed(entry& changed) {
    changed.version = ++last_version_;
    changed.update_charge();
}

std::size_t parked_calls::count_questions() const {
    std::size_t out = 0;
    for (const auto& each : entries_) out += each->open.size();
    return out;
}

std::size_t parked_calls::count_question_bytes() const {
    std::size_t out = 0;
    for (const auto& each : entries_) out += each->question_bytes();
    return out;
}

std::size_t parked_calls::count_waiting() const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [](const auto& each) { return !each->state.empty(); }));
}

bool parked_calls::add(const std::shared_ptr<session::exchange>& call, const core::digest& request, question asked) {
    auto found = std::ranges::find_if(entries_, [&call](const auto& each) { return each->call == call; });
    const bool is_full = count_questions() >= bounds_.child_requests || (found == entries_.end() && entries_.size() >= bounds_.exchanges_per_session);
    if (is_full) {
        core::meters().count_hit(core::bound::server_requests);
        return false;
    }
    if (count_question_bytes() + asked.request.size() > bounds_.stream_bytes) {
        core::meters().count_hit(core::bound::stream_size);
        return false;
    }
    if (found == entries_.end()) {
        entries_.push_back(std::make_shared<entry>());
        found = std::prev(entries_.end());
        (*found)->call = call;
        (*found)->request = request;
        (*found)->charge = core::memory_charge(account_, core::memory_use::request);
    }
    entry& waiting = **found;
    asked.key = 'q' + std::to_string(++waiting.asked);
    waiting.open.push_back(std::move(asked));
    on_changed(waiting);
    begin_gathering(*found);
    return true;
}

void parked_calls::begin_gathering(const std::shared_ptr<entry>& gathered) {
    // The client gets the questions of a call that it has to continue when it does.
    if (gathered->is_gathering || !gathered->state.empty()) return;
    gathered->is_gathering = true;
    const core::coroutine_name named{"era.gather", "the questions of the server are not asked"};
    auto work = [all = weak_from_this(), gathered = std::weak_ptr(gathered), executor = executor_] { return gather(all, gathered, executor); };
    core::spawn(executor_, named, std::move(work), [call = gathered->call] { call->on_lost("the bridge failed to ask the client"); });
}

core::task<void> parked_calls::gather(std::weak_ptr<parked_calls> all, std::weak_ptr<entry> gathered, core::executor executor) {
    core::event never(executor);
    co_await never.wait_until(core::clock::now() + gathering_time);
    const auto living = all.lock();
    const auto asking = gathered.lock();
    if (living && asking) living->present(asking);
}

// The call of these questions is over.
void parked_calls::end(const std::shared_ptr<entry>& ended) {
    std::erase(entries_, ended);
    for (const question& each : std::exchange(ended->open, {})) give_up(each);
}

// Answers the client's request with the open questions.
void parked_calls::present(const std::shared_ptr<entry>& gathered) {
    gathered->is_gathering = false;
    if (!gathered->call->is_waiting()) return end(gathered);
    if (gathered->open.empty()) return;
    if (gathered->call->is_parked()) {
        if (tell_) tell_(*gathered->call);
        return;
    }
    gathered->state = core::random_token();
    gathered->expires_at = core::clock::now() + bounds_.request_timeout;
    // The request is answered. The time that the client has is that of its state.
    gathered->call->restart(core::clock::time_point::max());
    const std::string end = end_of_required(gathered->state);
    std::string answer = gathered->call->answer_head(jsonrpc::message_kind::result);
    // The questions can be long, so they are copied once.
    answer.reserve(answer.size() + begin_of_required.size() + gathered->question_bytes() + gathered->open.size() * sizeof(question) + end.size());
    answer += begin_of_required;
    append_requests(answer, gathered->open);
    answer += end;
    answer += jsonrpc::answer_tail;
    gathered->call->park(std::move(answer), core::memory_charge(account_, core::memory_use::stream));
}

std::uint64_t parked_calls::version_of(const session::exchange& call) const {
    const std::shared_ptr<entry> found = find(call);
    return found ? found->version : 0;
}

std::string parked_calls::requests_of(const session::exchange& call) const {
    const std::shared_ptr<entry> found = find(call);
    if (!found || found->open.empty()) return {};
    std::string out;
    append_requests(out, found->open);
    return out;
}

// The part of the result behind the questions.
std::string parked_calls::end_of_required(std::string_view state) const {
    std::string out = R"(,"requestState":")" + std::string(state) + '"';
    if (!server_info_.empty()) {
        out += R"(,"_meta":{)";
        jsonrpc::append_string(out, mcp::meta_key::server_info);
        out += ':' + server_info_ + '}';
    }
    return out += '}';
}

std::string parked_calls::ask_before(const core::digest& request, std::string_view requests) {
    if (unbegun_.size() >= bounds_.exchanges_per_session) {
        core::meters().count_hit(core::bound::server_requests);
        return {};
    }
    auto made = std::make_shared<entry>();
    made->request = request;
    made->state = core::random_token();
    made->expires_at = core::clock::now() + bounds_.request_timeout;
    unbegun_.push_back(made);
    return std::string(begin_of_required) + std::string(requests) + end_of_required(made->state);
}

bool parked_calls::begin_again(std::string_view state, const core::digest& request) {
    return std::erase_if(unbegun_, [&](const auto& each) { return each->state == state && core::same_digest(each->request, request); }) != 0;
}

void parked_calls::withdraw(const child::link& asker, std::string_view id) {
    const auto is_withdrawn = [&](const question& asked) { return jsonrpc::are_equal_ids(asked.id, id) && asked.asker.lock().get() == &asker; };
    for (const auto& each : entries_) {
        if (std::erase_if(each->open, is_withdrawn) != 0) on_changed(*each);
    }
}

std::shared_ptr<parked_calls::entry> parked_calls::find(std::string_view state) const {
    const auto found = std::ranges::find_if(entries_, [state](const auto& each) { return !each->state.empty() && each->state == state; });
    return found == entries_.end() ? nullptr : *found;
}

std::shared_ptr<parked_calls::entry> parked_calls::find(const session::exchange& call) const {
    const auto found = std::ranges::find_if(entries_, [&call](const auto& each) { return each->call.get() == &call; });
    return found == entries_.end() ? nullptr : *found;
}

const core::digest* parked_calls::request_of(std::string_view state) const {
    if (state.empty()) return nullptr;
    const auto is_meant = [state](const auto& each) { return each->state == state; };
    const auto waiting = std::ranges::find_if(entries_, is_meant);
    if (waiting != entries_.end()) return &(*waiting)->request;
    const auto unbegun = std::ranges::find_if(unbegun_, is_meant);
    return unbegun == unbegun_.end() ? nullptr : &(*unbegun)->request;
}

std::shared_ptr<session::exchange> parked_calls::resume(std::string_view state, std::string_view responses, const jsonrpc::envelope& message,
                                                        std::shared_ptr<session::stream> out, session::call_set& calls, core::clock::time_point now,
                                                        std::string* text) {
    const std::shared_ptr<entry> continued = find(state);
    if (!continued) return nullptr;
    std::shared_ptr<session::exchange> call = continued->call;
    continued->state.clear();
    calls.resume(*call, message, std::move(out), now);
    pass_answers(*continued, responses, message, text);
    if (!call->is_waiting()) {
        end(continued);
    } else if (!continued->open.empty()) {
        begin_gathering(continued);
    }
    return call;
}

void parked_calls::pass_answers(entry& asked, std::string_view responses, const jsonrpc::envelope& message, std::string* text) {
    const answers_by_key given(message, responses);
    std::vector<question> unanswered_ones;
    std::vector<std::pair<question, jsonrpc::envelope>> answered;
    for (question& each : asked.open) {
        const std::string_view response = given.find(each.key);
        if (!response.starts_with('{')) {
            unanswered_ones.push_back(std::move(each));
            continue;
        }
        jsonrpc::envelope answering;
        answering.kind = jsonrpc::message_kind::result;
        answering.result = response;
        answering.has_line_breaks = message.has_line_breaks;
        answered.emplace_back(std::move(each), std::move(answering));
    }
    asked.open = std::move(unanswered_ones);
    on_changed(asked);
    std::optional<core::lent_text> lent;
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        if (message.has_line_breaks) jsonrpc::blank_line_breaks(std::span(*text).subspan(offset_in(*text, responses), responses.size()));
        lent.emplace(*text, account_);
    }
    for (const auto& [asked_one, answering] : answered) pass_answer(asked_one, answering, lent ? &*lent : nullptr);
}

void parked_calls::answer(const session::exchange& call, std::string_view responses, const jsonrpc::envelope& message, std::string* text) {
    const std::shared_ptr<entry> found = find(call);
    if (found) pass_answers(*found, responses, message, text);
}

void parked_calls::sweep(core::clock::time_point now) {
    std::erase_if(unbegun_, [now](const auto& each) { return each->expires_at <= now; });
    std::vector<std::shared_ptr<entry>> over;
    std::ranges::copy_if(entries_, std::back_inserter(over),
                         [now](const auto& each) { return each->state.empty() ? !each->call->is_waiting() : each->expires_at <= now; });
    for (const auto& each : over) {
        const bool is_late = !each->state.empty();
        end(each);
        if (!is_late) continue;
        core::meters().count_hit(core::bound::request_timeout);
        each->call->abandon("the client did not answer the server's questions in time");
    }
}

}  // namespace bridge::era
