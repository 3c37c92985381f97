#include "bridge/era/told_log_level.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view raw_set_level = R"("logging/setLevel")";

// A server that needs longer is slow, and its log messages are worth no more of a client's time.
constexpr auto longest_wait = 2s;

bool can_be_told(const session::child_assignment& assignment) {
    // To a child of the modern era each request says its level itself.
    if (!assignment.known_discover_result().empty()) return false;
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = raw_set_level;
    if (assignment.method_fault(message) != nullptr) return false;
    const std::string_view known = assignment.known_initialize_result();
    return known.empty() || !jsonrpc::find_member(jsonrpc::find_member(known, "capabilities"), "logging").empty();
}

}  // namespace

// The outcome of a request to set the level. A refusal ends the wait like a result: the child has read the request.
class told_log_level::answer final : public child::own_sink {
public:
    explicit answer(core::executor executor) : came(executor) {}

    void on_answer(const jsonrpc::envelope&) override { settle(); }
    void on_lost(std::string_view) override { settle(); }
    std::optional<core::clock::time_point> given_up_at() const override { return deadline_; }

    core::event came;
    std::uint64_t number = 0;  // of the request
    bool is_over = false;

private:
    void settle() {
        is_over = true;
        came.notify();
    }

    core::clock::time_point deadline_ = core::clock::now() + child::silent_sink::patience;
};

bool told_log_level::lacks(const session::child_assignment& assignment, mcp::log_level wanted) const {
    return (!level_ || *level_ > wanted) && can_be_told(assignment);
}

bool told_log_level::must_precede(const session::child_assignment& assignment, mcp::log_level wanted) const {
    if (setting_.is_under_way()) return true;
    const child::child_slot* const own = assignment.own();
    // Where each call has a child of its own, the assignment tells it the level before it gets the call.
    if (own == nullptr || !own->has_child() || !lacks(assignment, wanted)) return false;
    // A child that is being opened may have been told its settings already.
    const child::link* const link = own->current();
    return link == nullptr || link != silent_.lock().get();
}

core::task<void> told_log_level::set(std::shared_ptr<told_log_level> self, std::shared_ptr<session::child_assignment> assignment,
                                     mcp::log_level wanted, std::function<bool()> is_wanted) {
    const std::function<bool()> is_here = is_wanted;
    const child::wishes::wish mine(self->wishes_, std::move(is_wanted));
    while (self->setting_.is_under_way()) {
        const auto over = self->setting_.landing(self->executor_);
        co_await over->wait_until(core::clock::time_point::max());
    }
    if (!is_here() || !self->must_precede(*assignment, wanted)) co_return;
    const core::single_flight::flight under_way(self->setting_);
    self->record(*assignment, wanted);
    std::shared_ptr<child::link> link = assignment->current();
    if (!link) {
        std::function<bool()> is_any_wanted = [self] { return self->wishes_.any(); };
        const auto acquired = co_await assignment->acquire(std::move(is_any_wanted));
        // The call itself says why there is none.
        if (!acquired) co_return;
        link = *acquired;
    }
    self->tell(*link);
    if (const std::shared_ptr<answer> told = self->answer_) {
        const bool is_over = co_await told->came.wait_until(core::clock::now() + longest_wait);
        if (!is_over) self->silent_ = link;
    }
    assignment->release(link.get());
}

void told_log_level::raise(session::child_assignment& assignment, mcp::log_level wanted) {
    if (!lacks(assignment, wanted)) return;
    record(assignment, wanted);
    child::child_slot* const own = assignment.own();
    if (child::link* const link = own != nullptr ? own->current() : nullptr) tell(*link);
}

// A child that is started later gets the level with its start.
void told_log_level::record(session::child_assignment& assignment, mcp::log_level wanted) {
    level_ = wanted;
    assignment.settings()->record_level('"' + std::string(mcp::to_string(wanted)) + '"');
}

void told_log_level::tell(child::link& told) {
    cancel("a more verbose level is set");
    const std::string params = R"({"level":")" + std::string(mcp::to_string(*level_)) + "\"}";
    jsonrpc::envelope message;
    message.kind = jsonrpc::message_kind::request;
    message.method = raw_set_level;
    message.params = params;
    auto outcome = std::make_shared<answer>(executor_);
    const auto number = told.call(message, outcome);
    if (!number) return;
    told_ = told.weak_from_this();
    outcome->number = *number;
    answer_ = std::move(outcome);
}

void told_log_level::cancel(const char* reason) {
    const auto outcome = std::exchange(answer_, nullptr);
    const auto link = outcome && !outcome->is_over ? told_.lock() : nullptr;
    if (link && link->is_open()) link->cancel(outcome->number, reason);
}

// The next request that wants the level asks again: the child may have ignored this one.
void told_log_level::give_up() {
    if (setting_.is_under_way()) return;
    if (answer_ && !answer_->is_over) level_.reset();
    cancel("its client has left");
}

}  // namespace bridge::era
