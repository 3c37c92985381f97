#include "bridge/session/call_run.hpp"

#include "bridge/session/child_assignment.hpp"

namespace bridge::session {

void call_run::run_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link) {
    assignment_ = assignment;
    lent_ = link.get();
    link_ = link;
}

void call_run::cancel(std::string_view reason) const {
    if (number_ == 0) return;
    if (const auto link = link_.lock()) link->cancel(number_, reason);
}

void call_run::release_link() {
    if (const auto assignment = assignment_.lock()) assignment->release(lent_);
}

}  // namespace bridge::session
