#include "bridge/child/paced_requests.hpp"

#include <algorithm>
#include <chrono>
#include <list>
#include <utility>

#include "bridge/jsonrpc/writer.hpp"

namespace bridge::child {
namespace {

using namespace std::chrono_literals;

// Between two looks whether a request may hold a part of the child's calls, or is still needed. Nothing reports that.
constexpr auto between_looks = 50ms;

// Of a refusal, in a message.
constexpr std::size_t error_bytes = 200;

struct open_request {
    std::uint64_t number = 0;
    own_request request;
    fair_share::part held{};
};

// The state that the sinks of all requests share. A sink may outlive `run`.
struct progress {
    progress(core::executor executor, paced_requests::plan wanted) : came(executor), how(std::move(wanted)) {}

    core::event came;
    paced_requests::plan how;
    paced_requests::outcome result;
    std::list<open_request> open;
    bool is_over = false;
};

class answer_sink final : public own_sink {
public:
    answer_sink(std::shared_ptr<progress> all, std::list<open_request>::iterator own) : all_(std::move(all)), own_(own) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        if (all_->is_over) return;
        const bool is_error = answer.kind == jsonrpc::message_kind::error;
        settle(is_error, is_error ? all_->how.target->shown(answer.error, error_bytes) : std::string());
    }
    // While the link is open, the child has sent an answer that cannot be used.
    void on_lost(std::string_view reason) override {
        if (!all_->is_over) settle(all_->how.target->is_open(), std::string(reason));
    }

private:
    void settle(bool is_refused, std::string error) {
        if (is_refused) {
            if (++all_->result.refused == 1) all_->result.first_error = std::move(error);
            if (all_->how.on_refused) all_->how.on_refused(own_->request);
        }
        all_->open.erase(own_);
        all_->came.notify();
    }

    std::shared_ptr<progress> all_;
    std::list<open_request>::iterator own_;
};

enum class sending {
    sent,
    later,  // the child or its principal has too many calls in flight
    never,  // the link accepts no more requests
};

sending send(const std::shared_ptr<progress>& all, const own_request& wanted) {
    fair_share::part held;
    if (all->how.occupy) {
        std::optional<fair_share::part> part = all->how.occupy();
        if (!part) return sending::later;
        held = std::move(*part);
    }
    std::string method;
    jsonrpc::append_string(method, wanted.method);
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = method;
    message.params = wanted.params;
    const auto own = all->open.insert(all->open.end(), {.request = wanted, .held = std::move(held)});
    const auto number = all->how.target->call(message, std::make_shared<answer_sink>(all, own));
    if (!number) {
        all->open.erase(own);
        return number.error() == core::make_error_code(core::errc::limit_reached) ? sending::later : sending::never;
    }
    own->number = *number;
    ++all->result.sent;
    return sending::sent;
}

}  // namespace

core::task<paced_requests::outcome> paced_requests::run(core::executor executor, plan wanted) {
    const auto all = std::make_shared<progress>(executor, std::move(wanted));
    std::optional<own_request> next;  // the request that could not be sent yet
    bool has_more = static_cast<bool>(all->how.next);
    const core::clock::time_point deadline = all->how.deadline;
    const auto is_needed = [&how = all->how] { return !how.is_wanted || how.is_wanted(); };
    while (all->how.target->is_open() && core::clock::now() < deadline && is_needed() && (has_more || !all->open.empty())) {
        sending last = sending::sent;
        while (has_more && all->open.size() < all->how.at_once && last == sending::sent) {
            if (!next) next = all->how.next();
            if (next) last = send(all, *next);
            has_more = next && last != sending::never;
            if (last != sending::later) next.reset();
        }
        const bool looks = last == sending::later || all->how.is_wanted;
        const core::clock::time_point until = looks ? std::min(deadline, core::clock::now() + between_looks) : deadline;
        if (has_more || !all->open.empty()) co_await all->came.wait_until(until);
    }
    all->is_over = true;
    all->result.unanswered = all->open.size() + (next ? 1 : 0);
    if (all->how.target->is_open()) {
        for (const open_request& each : all->open) all->how.target->cancel(each.number, "the bridge has waited long enough");
    }
    // The sinks are not called any more, or do nothing, so what they share can be emptied.
    all->open.clear();
    all->how.target.reset();
    all->how = {};
    co_return std::move(all->result);
}

}  // namespace bridge::child
