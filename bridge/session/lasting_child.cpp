#include "bridge/session/lasting_child.hpp"

namespace bridge::session {
namespace {

// Coroutines of their own, because the assignment can end before they do.

core::task<child::granted<std::shared_ptr<child::link>>> open_link(std::shared_ptr<child::child_slot> slot, std::function<bool()> is_wanted) {
    const auto opened = co_await child::child_slot::open(slot, child::when_full::wait_briefly, std::move(is_wanted));
    if (!opened) co_return opened.error();
    std::shared_ptr<child::link> link = current_link(*slot);
    if (!link) co_return ended_too_early();
    co_return link;
}

core::task<child::granted<std::string>> open_and_learn(std::shared_ptr<child::child_slot> slot, std::function<bool()> is_wanted) {
    const auto opened = co_await child::child_slot::open(slot, child::when_full::wait_briefly, std::move(is_wanted));
    if (!opened) co_return opened.error();
    co_return slot->initialize_result();
}

}  // namespace

std::shared_ptr<child::link> current_link(const child::child_slot& slot) {
    child::link* const link = slot.current();
    return link != nullptr ? link->shared_from_this() : nullptr;
}

child::refusal ended_too_early() {
    return child::refusal::failed("the server process ended before it got the request");
}

std::shared_ptr<child::link> lasting_child::current() {
    return current_link(*slot_);
}

core::task<child::granted<std::shared_ptr<child::link>>> lasting_child::acquire(std::function<bool()> is_wanted) {
    return open_link(slot_, std::move(is_wanted));
}

core::task<child::granted<std::string>> lasting_child::learn_initialize_result(std::function<bool()> is_wanted) {
    return open_and_learn(slot_, std::move(is_wanted));
}

}  // namespace bridge::session
