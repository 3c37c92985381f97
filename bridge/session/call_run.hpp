// The call that a client's request has become on a child.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/fair_share.hpp"
#include "bridge/child/link.hpp"

namespace bridge::session {

class child_assignment;

/// Holds the place of one call: its link, its number there, and the principal's part. Without a call it does nothing.
class call_run {
public:
    /// The call will run on `link`, which `assignment` returned, and gets back once the call is over.
    void run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link);

    /// Sets the number of the call on its link.
    void sent_as(std::uint64_t number) { number_ = number; }

    /// Holds `part`, which counts for the principal, until the call is over.
    void hold(child::fair_share::part part) { part_ = std::move(part); }

    /// Keeps `request`, which waits for a child, until the call is over or another one is kept.
    void keep(std::shared_ptr<void> request) { kept_ = std::move(request); }

    /// The child has made the call its task `id` (raw): asks for the result of the task, for `sink`. A cancellation cancels the task, too.
    boost::system::error_code follow_task(std::string_view id, std::shared_ptr<child::call_sink> sink);

    /// Sends the child a cancellation of the call.
    void cancel(std::string_view reason) const;

    /// The call is over: gives up the part and the request first, and then the link.
    void release_part() {
        part_.release();
        kept_.reset();
    }
    void release_link();

private:
    std::weak_ptr<child::link> link_;
    std::uint64_t number_ = 0;  // the number on link_; 0 if the call was not made
    std::string task_id_;       // raw; empty unless a task is followed
    std::weak_ptr<child_assignment> assignment_;
    const child::link* lent_ = nullptr;  // the link of assignment_; used as an identity only
    child::fair_share::part part_;
    std::shared_ptr<void> kept_;
};

}  // namespace bridge::session
