// An assignment to a child that serves more than one call.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "bridge/session/child_assignment.hpp"

namespace bridge::session {

/// The base of the assignments to an own and to a shared child: all calls go to one slot, which starts its child again after that has ended.
class lasting_child : public child_assignment {
public:
    std::shared_ptr<child::link> current() override;
    core::task<child::granted<std::shared_ptr<child::link>>> acquire(std::function<bool()> is_wanted) override;
    std::optional<child::refusal> refusal() const override { return slot_->current_refusal(); }
    core::task<child::granted<std::string>> learn_initialize_result(std::function<bool()> is_wanted) override;
    std::string_view known_initialize_result() const override { return slot_->initialize_result(); }
    std::string_view known_discover_result() const override { return slot_->discover_result(); }
    std::shared_ptr<child_settings> settings() const override { return settings_; }
    void ensure() override {
        if (slot_->current() == nullptr) slot_->ensure();
    }

protected:
    lasting_child(std::shared_ptr<child::child_slot> slot, std::shared_ptr<child_settings> settings)
        : slot_(std::move(slot)), settings_(std::move(settings)) {}

    child::child_slot& slot() const { return *slot_; }

private:
    std::shared_ptr<child::child_slot> slot_;
    std::shared_ptr<child_settings> settings_;
};

/// The link of `slot` if it accepts a call at once, null otherwise.
std::shared_ptr<child::link> current_link(const child::child_slot& slot);

/// The refusal of a call whose child has ended after it was opened.
child::refusal ended_too_early();

}  // namespace bridge::session
