#include "bridge/session/fresh_assignment.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/session/lasting_child.hpp"

namespace bridge::session {
namespace {

// These capabilities need a child that outlives a request.
constexpr std::array unserved = {mcp::server_capability{.name = "tasks"}, mcp::server_capability{.name = "resources", .part = "subscribe"},
                                 mcp::server_capability{.name = "resources", .part = "listChanged"},
                                 mcp::server_capability{.name = "tools", .part = "listChanged"},
                                 mcp::server_capability{.name = "prompts", .part = "listChanged"}};

class fresh_assignment final : public child_assignment, public std::enable_shared_from_this<fresh_assignment> {
public:
    fresh_assignment(core::executor executor, std::shared_ptr<fresh_source> source, std::string principal, const core::limits& bounds)
        : executor_(executor), source_(std::move(source)), principal_(std::move(principal)), bounds_(bounds) {}

    // Null also if a level must be set in the child before it gets the call.
    std::shared_ptr<child::link> current() override {
        return settings_->has_level() ? nullptr : keep(source_->pool->acquire_open(source_->owner, principal_));
    }

    core::task<child::granted<std::shared_ptr<child::link>>> acquire(std::function<bool()> is_wanted) override {
        return wait_for_child(shared_from_this(), std::move(is_wanted));
    }

    std::optional<child::refusal> refusal() const override { return source_->pool->current_refusal(principal_); }

    const char* method_fault(const jsonrpc::envelope& message) const override {
        const bool is_about_task = jsonrpc::compare_folded(message.method, mcp::method::task_prefix, true) != jsonrpc::likeness::different;
        const bool is_subscription = message.is_method(mcp::method::subscribe) || message.is_method(mcp::method::unsubscribe);
        return is_about_task || is_subscription ? "each request has a server process of its own, which ends with it" : nullptr;
    }
    bool has_child_for_each_call() const override { return true; }
    bool ignores_tasks() const override { return true; }
    std::shared_ptr<child_settings> settings() const override { return settings_; }

    std::optional<child::fair_share::part> occupy(const child::link& link) override {
        if (link.calls().size() >= bounds_.exchanges_per_child) return std::nullopt;
        // The place of the process counts for the principal.
        return child::fair_share::part();
    }

    void release(const child::link* link) override {
        const auto found = std::ranges::find(in_use_, link, &used::first);
        if (found == in_use_.end()) return;
        const std::shared_ptr<child::child_slot> slot = std::move(found->second);
        in_use_.erase(found);
        slot->close("its one request is settled");
    }

    std::string_view known_initialize_result() const override { return source_->initialize_result; }
    std::string_view known_discover_result() const override { return source_->pool->discover_result(); }
    core::task<child::granted<std::string>> learn_initialize_result(std::function<bool()> is_wanted) override {
        std::function<bool()> is_wanted_here = [self = weak_from_this(), is_wanted = std::move(is_wanted)] {
            const auto living = self.lock();
            return living && !living->is_closed_ && (!is_wanted || is_wanted());
        };
        return fresh_source::learn(source_, principal_, std::move(is_wanted_here));
    }

    void close(const std::string&) override { is_closed_ = true; }

private:
    using used = std::pair<const child::link*, std::shared_ptr<child::child_slot>>;

    static core::task<child::granted<std::shared_ptr<child::link>>> wait_for_child(std::shared_ptr<fresh_assignment> self,
                                                                                   std::function<bool()> is_wanted) {
        const auto fresh = co_await child::pool::open(self->source_->pool, self->source_->owner, self->principal_, is_wanted);
        if (!fresh) co_return fresh.error();
        std::shared_ptr<child::link> link = self->keep(*fresh);
        if (!link) co_return ended_too_early();
        child::own_requests level = child_settings::requests(self->settings_);
        co_await child::repetition::run(self->executor_, link, std::move(level), self->bounds_, std::move(is_wanted));
        if (link->accepts_calls()) co_return link;
        self->release(link.get());
        co_return ended_too_early();
    }

    // The link of `slot`, which is kept until `release`. Returns null and keeps nothing if the link accepts no calls.
    std::shared_ptr<child::link> keep(std::shared_ptr<child::child_slot> slot) {
        std::shared_ptr<child::link> link = slot ? current_link(*slot) : nullptr;
        if (!link) return nullptr;
        if (source_->initialize_result.empty()) source_->record(slot->initialize_result());
        in_use_.emplace_back(link.get(), std::move(slot));
        return link;
    }

    core::executor executor_;
    std::shared_ptr<fresh_source> source_;
    std::string principal_;
    const core::limits& bounds_;
    std::shared_ptr<child_settings> settings_ = std::make_shared<child_settings>(bounds_);  // the log level of this client
    std::vector<used> in_use_;                                                              // one for each call in flight
    bool is_closed_ = false;
};

}  // namespace

void fresh_source::record(std::string result) {
    initialize_result = std::move(result);
    charge.set(words_bytes + core::capacity_of(initialize_result) + core::capacity_of(pool->discover_result()));
}

void fresh_source::set_pool(const std::shared_ptr<fresh_source>& source, std::shared_ptr<child::pool> children) {
    source->pool = std::move(children);
    source->pool->on_answer([weak = std::weak_ptr(source)](const std::string& result) {
        const std::shared_ptr<fresh_source> living = weak.lock();
        if (living && living->initialize_result.empty()) living->record(result);
    });
}

core::task<child::granted<std::string>> fresh_source::learn(std::shared_ptr<fresh_source> source, std::string principal,
                                                            std::function<bool()> is_wanted) {
    if (source->initialize_result.empty()) {
        const child::granted<std::string> learned =
            co_await child::pool::learn_initialize_result(source->pool, source->owner, std::move(principal), std::move(is_wanted));
        if (!learned) co_return learned.error();
    }
    co_return source->initialize_result;
}

std::span<const mcp::server_capability> unserved_by_fresh_children() {
    return unserved;
}

std::shared_ptr<child_assignment> make_fresh_assignment(core::executor executor, std::shared_ptr<fresh_source> source, std::string principal,
                                                        const core::limits& bounds) {
    return std::make_shared<fresh_assignment>(executor, std::move(source), std::move(principal), bounds);
}

}  // namespace bridge::session
