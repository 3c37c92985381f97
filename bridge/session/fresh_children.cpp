#include "bridge/session/fresh_children.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "bridge/session/lasting_child.hpp"

namespace bridge::session {
namespace {

class fresh_assignment final : public child_assignment, public std::enable_shared_from_this<fresh_assignment> {
public:
    fresh_assignment(std::shared_ptr<fresh_source> source, std::string principal, const core::limits& bounds)
        : source_(std::move(source)), principal_(std::move(principal)), bounds_(bounds) {}

    std::shared_ptr<child::link> current() override { return keep(source_->pool->take_open(source_->owner)); }

    core::task<child::granted<std::shared_ptr<child::link>>> acquire() override { return wait_for_child(shared_from_this()); }

    std::optional<child::refusal> refusal() const override { return source_->pool->current_refusal(principal_); }

    std::optional<child::fair_share::part> occupy(const child::link& link) override {
        if (link.calls().size() >= bounds_.exchanges_per_child) return std::nullopt;
        return source_->pool->shares().hold(principal_);
    }

    void release(const child::link* link) override {
        const auto found = std::ranges::find(in_use_, link, &used::first);
        if (found == in_use_.end()) return;
        const std::shared_ptr<child::seat> slot = std::move(found->second);
        in_use_.erase(found);
        slot->close("its one request is settled");
    }

    core::task<child::granted<std::string>> learn_initialize_result() override { return fresh_source::learn(source_, principal_); }

private:
    using used = std::pair<const child::link*, std::shared_ptr<child::seat>>;

    static core::task<child::granted<std::shared_ptr<child::link>>> wait_for_child(std::shared_ptr<fresh_assignment> self) {
        const auto fresh = co_await child::pool::open(self->source_->pool, self->source_->owner, self->principal_);
        if (!fresh) co_return fresh.error();
        std::shared_ptr<child::link> link = self->keep(*fresh);
        if (!link) co_return ended_too_early();
        co_return link;
    }

    // The link of `slot`, which is kept until `release`. Returns null and keeps nothing if the link accepts no calls.
    std::shared_ptr<child::link> keep(std::shared_ptr<child::seat> slot) {
        std::shared_ptr<child::link> link = slot ? current_link(*slot) : nullptr;
        if (link) in_use_.emplace_back(link.get(), std::move(slot));
        return link;
    }

    std::shared_ptr<fresh_source> source_;
    std::string principal_;
    const core::limits& bounds_;
    std::vector<used> in_use_;  // one for each call in flight
};

}  // namespace

core::task<child::granted<std::string>> fresh_source::learn(std::shared_ptr<fresh_source> source, std::string principal) {
    if (source->initialize_result.empty()) {
        const auto fresh = co_await child::pool::open(source->pool, source->owner, std::move(principal));
        if (!fresh) co_return fresh.error();
        source->initialize_result = (*fresh)->initialize_result();
        (*fresh)->close("its answer to initialize was all that was needed");
    }
    co_return source->initialize_result;
}

fresh_children::fresh_children(core::executor executor, child::children& children, const core::limits& bounds, std::size_t warm)
    : assigner(executor, children, bounds), source_(std::make_shared<fresh_source>()) {
    source_->owner = std::make_shared<fresh_child_owner>();
    source_->pool = child::pool::make(executor, children, bounds, own_words(), warm);
}

std::optional<child::refusal> fresh_children::refusal(std::string_view principal) const {
    return source_->initialize_result.empty() ? source_->pool->current_refusal(principal) : std::nullopt;
}

void fresh_children::assign(const std::shared_ptr<session>& client, child::seat::handshake) {
    // A client that initialises its session again keeps its calls.
    if (client->assignment()) return;
    client->assign(std::make_shared<fresh_assignment>(source_, client->who().principal, bounds_));
}

core::task<void> fresh_children::try_child() {
    if (source_->initialize_result.empty()) {
        const auto learned = co_await fresh_source::learn(source_, {});
        if (!learned || !children_.is_on_probation()) co_return;
    }
    co_await assigner::try_child();
}

}  // namespace bridge::session
