// How a link sees that a child which runs does not work any more.
#include "bridge/child/link.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

// A line that grows no more, and whose end does not come, must not hold memory for good that others need.
constexpr std::chrono::seconds stuck_after{30};

}  // namespace

void link::give_up_stuck_line(core::clock::time_point now) {
    const auto account = payer();
    if (!account || !account->budget().is_tight() || now - heard_at_ < stuck_after || !framer_.holds_large_line()) return;
    // The buffer belongs to the read that is pending.
    gives_up_line_ = true;
    boost::system::error_code ignored;
    process_->output().cancel(ignored);
}

void link::check(core::clock::time_point now) {
    throttle_.report(now);
    give_up_stuck_line(now);
    if (!is_open()) return;
    switch (liveness_.judge(now, calls_.size() != 0)) {
        case liveness::verdict::fine: return;
        case liveness::verdict::ask: {
            jsonrpc::envelope ping;
            ping.kind = jsonrpc::message_kind::request;
            ping.method = R"("ping")";
            // The answer says no more than anything else that the child writes, nor does it matter if the call cannot be made.
            static_cast<void>(call(ping, std::make_shared<silent_sink>()));
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
