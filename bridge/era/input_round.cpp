#include "bridge/era/input_round.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/core/memory_charge.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/era/object_writer.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// More questions at once are a mistake of the server: a user answers one after the other.
constexpr std::size_t most_requests = 64;

// Params by which the user is sent to a page: a text and a URL.
constexpr std::size_t longest_page = 64 * 1024;

constexpr std::array askable = {mcp::method::elicitation, mcp::method::sampling, mcp::method::roots};

bool is_askable(std::string_view method) {
    return method.starts_with('"') && std::ranges::any_of(askable, [method](std::string_view name) { return jsonrpc::string_equals(method, name); });
}

// A legacy client expects an id in a question that sends the user to a page (revision 2025-11-25, schema, ElicitRequestURLParams).
std::string with_elicitation_id(const jsonrpc::envelope& answer, std::string_view params) {
    const std::vector<jsonrpc::member> members = jsonrpc::few_members_of(answer, params).value_or(std::vector<jsonrpc::member>());
    const std::string_view mode = jsonrpc::value_of(members, "mode");
    const bool is_url = mode.starts_with('"') && jsonrpc::string_equals(mode, "url");
    if (!is_url || !jsonrpc::value_of(members, "elicitationId").empty() || params.size() > longest_page) return std::string(params);
    object_writer out;
    out.add("elicitationId", '"' + core::random_token() + '"');
    for (const jsonrpc::member& each : members) out.add(each.text());
    return out.finish();
}

}  // namespace

std::string input_round::begin(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result) {
    clear();
    const std::string_view state = jsonrpc::value_of(result, "requestState");
    if (!state.empty() && !state.starts_with('"')) return "its requestState is no string";
    state_ = state;
    const auto asked = jsonrpc::few_members_of(answer, jsonrpc::value_of(result, "inputRequests"));
    if (!asked) return "it has more than " + std::to_string(most_requests) + " questions at once";
    for (const jsonrpc::member& each : *asked) {
        const auto members = jsonrpc::few_members_of(answer, each.value);
        const std::vector<jsonrpc::member> request = members.value_or(std::vector<jsonrpc::member>());
        const std::string_view method = jsonrpc::value_of(request, "method");
        const std::string_view params = jsonrpc::value_of(request, "params");
        if (!is_askable(method)) return "one of its questions has a method that clients do not know";
        if (requests_.size() == most_requests) return "it has more than " + std::to_string(most_requests) + " questions at once";
        round_question made{.key = std::string(each.key), .method = std::string(method), .params = {}, .has_line_breaks = answer.has_line_breaks};
        if (params.starts_with('{')) {
            made.params = with_elicitation_id(answer, params);
            // The params of a page are short, and may have got an id.
            if (answer.known && params.size() > longest_page) made.known = answer.known->moved(params.data(), made.params.data());
        }
        requests_.push_back(std::move(made));
    }
    return requests_.empty() && state_.empty() ? "it has neither questions nor a state" : std::string();
}

round_question* input_round::find(std::uint64_t number) {
    const auto found = std::ranges::find(requests_, number, &round_question::number);
    return number == 0 || found == requests_.end() ? nullptr : &*found;
}

bool input_round::is_complete() const {
    return std::ranges::none_of(requests_, [](const round_question& each) { return each.response.empty(); });
}

void input_round::add_members(spliced_object& out) const {
    if (!requests_.empty()) {
        out.open("inputResponses");
        for (const round_question& each : requests_) out.add(each.key, each.response);
        out.close();
    }
    if (!state_.empty()) out.add("requestState", state_);
}

std::size_t input_round::cost() const {
    std::size_t out = core::capacity_of(state_) + requests_.capacity() * sizeof(round_question);
    const std::string* last = nullptr;
    for (const round_question& each : requests_) {
        out += core::capacity_of(each.key) + core::capacity_of(each.params);
        // Answers that came in one message share its text.
        if (each.response.text().get() != last) out += each.response.cost();
        last = each.response.text().get();
    }
    return out;
}

void input_round::clear() {
    requests_.clear();
    state_.clear();
}

}  // namespace bridge::era
