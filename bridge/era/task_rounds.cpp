#include "bridge/era/task_rounds.hpp"

#include <algorithm>
#include <utility>

#include "bridge/era/spliced_object.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

// As many as a legacy client is asked for one call.
constexpr int most_rounds = 10;

// Of the params, which are copied and read again in one turn each.
constexpr std::size_t longest_params = 256 * 1024;

// More questions at once are a mistake of the server: a user answers one after the other.
constexpr std::size_t most_questions = 64;

}  // namespace

task_rounds::task_rounds(const jsonrpc::envelope& request, core::memory_account_ptr account)
    : charge_(std::move(account), core::memory_use::request_body) {
    is_kept_ = request.params.size() <= longest_params && charge_.may_grow_to(request.params.size());
    if (!is_kept_) return;
    method_ = request.method;
    jsonrpc::append_raw(params_, request.params, request.has_line_breaks);
    if (!request.meta_progress_token.empty()) {
        token_begin_ = static_cast<std::size_t>(request.meta_progress_token.data() - request.params.data());
        token_size_ = request.meta_progress_token.size();
    }
    pay();
}

void task_rounds::pay() {
    std::size_t bytes = core::capacity_of(method_) + core::capacity_of(params_) + core::capacity_of(state_);
    const std::string* last = nullptr;
    for (const question& each : questions_) {
        bytes += sizeof(question) + each.key.size() + each.request.size();
        // Answers that came in one message share its text.
        if (each.response.text().get() != last) bytes += each.response.cost();
        last = each.response.text().get();
    }
    charge_.set(bytes);
}

std::string task_rounds::begin(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result) {
    if (!is_kept_) return "the request is too long to be kept, or there was no memory for it";
    if (++count_ > most_rounds) return "it has asked " + std::to_string(most_rounds) + " times before";
    questions_.clear();
    state_ = jsonrpc::value_of(result, "requestState");
    const auto asked = jsonrpc::few_members_of(answer, jsonrpc::value_of(result, "inputRequests"));
    if (!asked || asked->size() > most_questions) return "it has more than " + std::to_string(most_questions) + " questions at once";
    for (const jsonrpc::member& each : *asked) {
        question made;
        made.key = each.key;
        const auto members = jsonrpc::few_members_of(answer, each.value);
        made.method = members ? jsonrpc::value_of(*members, "method") : std::string_view();
        jsonrpc::append_raw(made.request, each.value, answer.has_line_breaks);
        questions_.push_back(std::move(made));
    }
    pay();
    return questions_.empty() && state_.empty() ? "it has neither questions nor a state" : std::string();
}

bool task_rounds::answer(std::uint64_t number, core::shared_text response) {
    const auto found = std::ranges::find(questions_, number, &question::number);
    if (number == 0 || found == questions_.end()) return false;
    found->response = std::move(response);
    found->number = 0;
    pay();
    return std::ranges::none_of(questions_, [](const question& each) { return each.response.empty(); });
}

child::spliced_params task_rounds::next_params() {
    const std::string_view token = std::string_view(params_).substr(token_begin_, token_size_);
    spliced_object params;
    params.reserve(params_.size());
    for (const jsonrpc::member& each : jsonrpc::members_of(params_)) {
        if (each.is("inputResponses") || each.is("requestState")) continue;
        const bool has_token = !token.empty() && each.key.data() < token.data() && token.data() < each.end();
        has_token ? params.add_around(each.text(), token) : params.add(each.text());
    }
    if (!questions_.empty()) {
        params.open("inputResponses");
        for (const question& each : questions_) params.add(each.key, each.response);
        params.close();
    }
    if (!state_.empty()) params.add("requestState", state_);
    questions_.clear();
    state_.clear();
    pay();
    return params.finish();
}

}  // namespace bridge::era
