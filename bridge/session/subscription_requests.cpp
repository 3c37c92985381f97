#include "bridge/session/subscription_requests.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "bridge/child/paced_requests.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/session/child_settings.hpp"

namespace bridge::session {
namespace {

using namespace std::chrono_literals;

// A client can name thousands of resources, and a slow server answers one after the other.
constexpr auto longest_work = 30s;

core::task<void> work_off(core::executor executor, child::paced_requests::plan wanted, std::function<void()> on_end) {
    static_cast<void>(co_await child::paced_requests::run(executor, std::move(wanted)));
    if (on_end) on_end();
}

}  // namespace

void send_in_background(core::executor executor, subscription_requests wanted) {
    // A link that translates makes one request to the child of all that it is told at once.
    const bool is_translated = &wanted.target->base() != wanted.target.get();
    child::paced_requests::plan plan{.target = std::move(wanted.target), .next = {}, .deadline = core::clock::now() + longest_work};
    if (is_translated) {
        plan.at_once = std::max<std::size_t>(1, wanted.uris.size());
    } else {
        plan.occupy = std::move(wanted.occupy);
    }
    plan.next = [method = wanted.method, uris = std::move(wanted.uris), is_due = std::move(wanted.is_due),
                 paid = std::make_shared<core::memory_charge>(std::move(wanted.charge)),
                 at = std::size_t{0}]() mutable -> std::optional<child::own_request> {
        while (at != uris.size() && !is_due(uris[at])) ++at;
        if (at == uris.size()) return std::nullopt;
        return child::own_request{.method = std::string(method), .params = subscription_params(uris[at++])};
    };
    if (wanted.on_refused) {
        plan.on_refused = [tell = std::move(wanted.on_refused)](const child::own_request& refused) {
            tell(jsonrpc::decode_string(jsonrpc::find_member(refused.params, "uri")));
        };
    }
    const core::coroutine_name named{"session.subscribe", "the subscriptions that were not sent yet are missing"};
    auto work = [executor, plan = std::move(plan), on_end = wanted.on_end]() mutable {
        return work_off(executor, std::move(plan), std::move(on_end));
    };
    core::spawn(executor, named, std::move(work), [on_end = wanted.on_end] {
        if (on_end) on_end();
    });
}

}  // namespace bridge::session
