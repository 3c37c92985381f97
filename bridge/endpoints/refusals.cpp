#include "bridge/endpoints/refusals.hpp"

#include <utility>

#include "bridge/session/refusal_answer.hpp"

namespace bridge::endpoints {

problem problem_of(child::refusal why) {
    session::refusal_answer answer = session::answer_to(std::move(why), session::refused_request::other);
    problem out{answer.retry_after ? statuses::unavailable : statuses::ok, answer.code, std::move(answer.text), {}};
    if (answer.retry_after) out.retry_after = *answer.retry_after;
    return out;
}

core::task<void> send_refusal(reply& answer, child::refusal why, std::string_view id) {
    const session::refusal_answer refused = session::answer_to(std::move(why), session::refused_request::initialize);
    const status outcome = begin_answer(answer, refused.retry_after);
    return answer.send(outcome, json_type, refused.response(id));
}

status begin_answer(reply& answer, std::optional<std::chrono::milliseconds> retry_after) {
    if (!retry_after) return statuses::ok;
    http::add_retry_after(answer, *retry_after);
    return statuses::unavailable;
}

}  // namespace bridge::endpoints
