// The detection of a child that runs but no longer works.
#include "bridge/child/link.hpp"
#include "bridge/core/metrics.hpp"

namespace bridge::child {
namespace {

std::string in_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

// The time after which an unfinished line that no longer grows is given up, so that it does not hold memory without end.
constexpr std::chrono::seconds stuck_after{30};

}  // namespace

void link::give_up_stuck_line(core::clock::time_point now) {
    const auto account = payer();
    if (!account || !account->budget().is_tight() || now - heard_at_ < stuck_after || !framer_.holds_large_line()) return;
    // The pending read owns the buffer, so that read must be cancelled first.
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
            // The answer shows no more than any other output of the child, and a failed ping does no harm, so both are ignored.
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
