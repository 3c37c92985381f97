#include "bridge/session/own_children.hpp"

#include "bridge/mcp/offered_params.hpp"
#include "bridge/session/lasting_child.hpp"

namespace bridge::session {
namespace {

class own_child final : public lasting_child {
public:
    own_child(std::shared_ptr<child::child_slot> slot, const core::limits& bounds)
        : lasting_child(std::move(slot), std::make_shared<child_settings>(bounds)), bounds_(bounds) {}

    std::optional<child::fair_share::part> occupy(const child::link& link) override {
        if (link.calls().size() >= bounds_.exchanges_per_child) return std::nullopt;
        return child::fair_share::part();
    }

    child::child_slot* own() const override { return &slot(); }
    void close(const std::string& reason) override { slot().close(reason); }

private:
    const core::limits& bounds_;
};

}  // namespace

void own_children::assign(const std::shared_ptr<session>& client, child::legacy_handshake words) {
    words.params = mcp::offered_params(std::move(words.params));
    std::shared_ptr<child_assignment> made = assign(client->who(), client, std::move(words));
    if (client->assignment()) client->assignment()->close("the client initialised its session again");
    client->assign(std::move(made));
}

std::shared_ptr<child_assignment> own_children::assign(const session_identity&, std::weak_ptr<child::slot_owner> owner,
                                                       child::legacy_handshake words) {
    auto slot = child::child_slot::make(executor_, children_, bounds_, std::move(words), std::move(owner));
    return std::make_shared<own_child>(std::move(slot), bounds_);
}

}  // namespace bridge::session
