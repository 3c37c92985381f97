// How a link sees that a child which runs does not work any more.
#include "bridge/child/link.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

void link::check(core::clock::time_point now) {
    throttle_.report(now);
    if (!is_open()) return;
    switch (liveness_.judge(now, calls_.size() != 0)) {
        case liveness::verdict::fine: return;
        case liveness::verdict::ask: {
            jsonrpc::envelope ping;
            ping.kind = jsonrpc::message_kind::request;
            ping.method = R"("ping")";
            // The answer says no more than anything else that the child writes.
            call(ping, std::make_shared<silent_sink>());
            return;
        }
        case liveness::verdict::mute:
            core::meters().note_hit(core::bound::ping_timeout);
            return start_closing("the server process said nothing for " + in_seconds(bounds_.ping_after) + ", and did not answer a ping in " +
                                 in_seconds(bounds_.ping_timeout));
        case liveness::verdict::stuck:
            core::meters().note_hit(core::bound::input_timeout);
            return start_closing("the server process has not read its input for " + in_seconds(bounds_.input_timeout));
    }
}

}  // namespace bridge::child
