#include "bridge/era/modern_client.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "bridge/core/metrics.hpp"
#include "bridge/core/recycling.hpp"
#include "bridge/era/input_request.hpp"
#include "bridge/era/listening.hpp"
#include "bridge/era/modern_form.hpp"
#include "bridge/era/params_digest.hpp"
#include "bridge/era/question_asker.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// Longer descriptions of a server, with pictures in them, are not repeated with each result.
constexpr std::size_t longest_server_info = 4096;

// Longer than any state that the bridge gives away.
constexpr std::size_t longest_state = 256;

// Of a notification about a task of the child.
constexpr std::size_t longest_task_notice = 64 * 1024;

// True if the answer to a request of that kind can be a question (revision 2026-07-28, Multi Round-Trip Requests).
bool is_eligible(mcp::request_kind kind) {
    return kind == mcp::request_kind::tools_call || kind == mcp::request_kind::prompts_get || kind == mcp::request_kind::resources_read;
}

// The calls of a client, the oldest first.
using calls_in_order = std::vector<std::shared_ptr<session::exchange>>;

// The calls that a message of `link` can be about: all `calls` of the client, or the only one of a child for one call.
calls_in_order calls_on(const child::link& link, const session::child_assignment& assignment, const session::call_set& calls) {
    if (!assignment.has_child_for_each_call()) return {calls.all().begin(), calls.all().end()};
    calls_in_order out;
    const child::call_sink* only = link.calls().oldest();
    // A view of a modern child has a call of its own in between.
    if (const auto* const between = dynamic_cast<const question_asker*>(only)) only = between->sink();
    const auto is_there = [only](const auto& each) { return each.get() == only; };
    std::ranges::copy_if(calls.all(), std::back_inserter(out), is_there);
    return out;
}

// The call that the child's question `id` belongs to; null if the link does not know it. A child of the legacy era does not say it.
std::shared_ptr<session::exchange> asker_of(const child::link& link, std::string_view id, const calls_in_order& calls) {
    const child::call_sink* const asking = link.asking_call(id);
    const auto found = std::ranges::find_if(calls, [asking](const auto& each) { return each.get() == asking; });
    return asking == nullptr || found == calls.end() ? nullptr : *found;
}

// The bridge told the child what its client can do. So the call that asks for more cannot be served (revision 2026-07-28, Multi Round-Trip Requests).
// If several calls can be meant, the child decides on what follows.
void refuse_question(child::link& link, std::string_view id, const question_fault& fault, const calls_in_order& calls) {
    const auto can_ask = [](const auto& each) { return is_eligible(each->kind()); };
    std::shared_ptr<session::exchange> call = asker_of(link, id, calls);
    if (!call && std::ranges::count_if(calls, can_ask) == 1) call = *std::ranges::find_if(calls, can_ask);
    // The refusal can settle the call, so the call fails first.
    if (call && !fault.missing.empty()) {
        std::string error = R"({"code":)" + std::to_string(mcp::error_code::missing_capability) + R"(,"message":)";
        jsonrpc::append_string(error, fault.text);
        call->fail_with(error + R"(,"data":{"requiredCapabilities":)" + fault.missing + "}}");
    }
    link.refuse(id, jsonrpc::error_code::method_not_found, fault.text);
}

// The call that can carry a question of which nothing says whose it is: the oldest one that the client waits for, or else the oldest one that the
// client has to continue. The answer goes back to the question, whichever call carried it. But if that call ends before the client has the question,
// the question is answered as if the user had closed it. Null if there is none.
std::shared_ptr<session::exchange> any_carrier(const calls_in_order& all) {
    const auto found = std::ranges::find_if(all, [](const auto& each) { return is_eligible(each->kind()) && !each->is_parked(); });
    if (found != all.end()) return *found;
    const auto task = std::ranges::find_if(all, [](const auto& each) { return form_of(*each) != nullptr && form_of(*each)->is_task(); });
    if (task != all.end()) return *task;
    const auto parked = std::ranges::find_if(all, [](const auto& each) { return each->is_parked(); });
    return parked == all.end() ? nullptr : *parked;
}

// The bound on subscriptions holds for the tasks of all listeners of a client together. The acknowledgement lists those that are left.
void bound_tasks(listener& made, const listeners& others, const core::limits& bounds) {
    const std::size_t there = std::min(others.count_tasks(), bounds.subscriptions_per_session);
    if (made.filter.tasks.size() <= bounds.subscriptions_per_session - there) return;
    core::meters().count_hit(core::bound::subscriptions);
    made.filter.tasks.resize(bounds.subscriptions_per_session - there);
}

}  // namespace

modern_client::modern_client(core::executor executor, session::session_identity identity, client_profile profile, const core::limits& bounds,
                             state_seal& seal, core::memory_account_ptr account)
    : executor_(executor), who_(std::move(identity)), profile_(std::move(profile)), bounds_(bounds), seal_(seal), account_(std::move(account)),
      calls_(bounds, account_, *this), sender_(executor, bounds, account_), parked_(std::make_shared<parked_calls>(executor, bounds, account_)),
      use_(core::clock::now()), child_tasks_(bounds, account_) {}

std::shared_ptr<session::exchange> modern_client::begin(const jsonrpc::envelope& message, const modern_request& request,
                                                        std::shared_ptr<session::stream> out, core::clock::time_point now) {
    use_.on_message(now);
    std::shared_ptr<session::exchange> call = calls_.begin(message, std::move(out), now);
    use_.on_request(call->kind());
    call->set_form(form_for(message, request, call->kind(), now));
    return call;
}

std::shared_ptr<session::call_form> modern_client::form_for(const jsonrpc::envelope& message, const modern_request& request, mcp::request_kind kind,
                                                            core::clock::time_point now) {
    const modern_form::terms terms{.seal = seal_,
                                   .json_depth = bounds_.json_depth,
                                   .can_be_asked = profile_.can_be_asked() && is_eligible(kind),
                                   .asks_by_url = profile_.asks_by_url,
                                   .knows_tasks = request.knows_tasks};
    auto made = core::make_recycled<modern_form>(shared_from_this(), message, request, terms);
    if (message.is_method(mcp::method::tools_list)) made->list_tools();
    const bool may_become_task = request.knows_tasks && bounds_.task_after.count() != 0 && message.is_method(mcp::method::tools_call);
    if (may_become_task) made->allow_task(now + bounds_.task_after);
    return made;
}

bool modern_client::can_resume(std::string_view state, const core::digest& repeated) const {
    if (state.size() > longest_state) return false;
    const core::digest* const parked = parked_->request_of(jsonrpc::decode_string(state));
    return parked != nullptr && core::same_digest(*parked, repeated);
}

std::shared_ptr<session::exchange> modern_client::resume(const jsonrpc::envelope& message, const modern_request& request,
                                                         std::shared_ptr<session::stream> out, core::clock::time_point now, std::string* text) {
    use_.on_message(now);
    const std::string state = jsonrpc::decode_string(request.request_state);
    // The message may move away with the answers in it.
    auto form = form_for(message, request, mcp::request_kind_of(message.method), now);
    std::shared_ptr<session::exchange> call = parked_->resume(state, request.input_responses, message, std::move(out), calls_, now, text);
    if (call) call->set_form(std::move(form));
    return call;
}

boost::system::error_code modern_client::send(const jsonrpc::envelope& message, const modern_request& request,
                                              const std::shared_ptr<session::exchange>& call, std::string* text) {
    if (const char* const fault = assignment_->method_fault(message)) {
        call->refuse(std::string("Method not found: ") + fault, jsonrpc::error_code::method_not_found);
        return {};
    }
    if (request.log_level) level_->raise(*assignment_, *request.log_level);
    return sender_.send(assignment_, message, call, text);
}

core::task<void> modern_client::listen(std::shared_ptr<modern_client> self, std::shared_ptr<listener> made) {
    self->use_.on_message(core::clock::now());
    bound_tasks(*made, self->listeners_, self->bounds_);
    std::vector<std::string> of_child = self->child_tasks_.known(made->filter.tasks);
    const listening_filter agreed = co_await subscribe(self->executor_, self->assignment_, made, std::move(of_child));
    made->acknowledge(agreed);
    self->record_answered_visit();
    // The URIs are among the subscriptions now.
    made->filter.uris = {};
    made->pay();
    const bool is_wanted = !made->is_wanted || made->is_wanted();
    self->listeners_.add(std::move(made));
    // Without a child nothing would arrive.
    if (is_wanted) self->assignment_->ensure();
}

void modern_client::stop_listening(const listener& ended) {
    unsubscribe(executor_, assignment_, ended.subscribed_as.name);
    listeners_.remove(ended);
    std::vector<std::string> unwanted = child_tasks_.known(ended.filter.tasks);
    std::erase_if(unwanted, [this](const std::string& each) { return listeners_.want_task(each); });
    unwatch(*assignment_, unwanted);
    use_.on_answer(core::clock::now());
}

void modern_client::on_change(const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::tools_changed)) tools_->forget();
    if (message.is_method(mcp::method::task_changed)) return on_task_changed(message);
    if (!message.is_method(mcp::method::resource_updated)) return listeners_.on_list_changed(message);
    const auto settings = assignment_->settings();
    if (listeners_.empty() || !settings) return;
    const std::string_view uri = jsonrpc::find_member(message, message.params, "uri");
    // Nobody can be subscribed to a longer one.
    if (!uri.starts_with('"') || uri.size() > listening_filter::longest_uris(bounds_)) return;
    listeners_.on_updated(settings->subscribed().receivers(jsonrpc::decode_string(uri)), message, uri);
}

// The child sends it to the one subscription of the bridge, for the clients of all its tasks.
void modern_client::on_task_changed(const jsonrpc::envelope& message) {
    const std::string_view raw_id = message.task_id;
    // Clients ask for larger states.
    if (!raw_id.starts_with('"') || raw_id.size() > longest_state || message.params.size() > longest_task_notice) return;
    const std::string id = jsonrpc::decode_string(raw_id);
    if (!child_tasks_.maker_of(id)) return;
    child_tasks_.update(id, message.params, core::clock::now());
    if (listeners_.want_task(id)) listeners_.on_task(id, members_of_notice(message));
}

// That its lists can be others is reported by the next child.
void modern_client::on_lost_child(child::link& link) {
    tools_->forget();
    for (const std::string& id : child_tasks_.lose(link)) listeners_.on_task(id, child_tasks_.failure_of(id));
}

void modern_client::on_child_failure(child::link& link) {
    // The lists of a child for one call mean nothing for the next one.
    if (!assignment_->has_child_for_each_call()) on_lost_child(link);
}

std::string_view modern_client::server_info() {
    const std::string_view result = assignment_ && !server_info_ ? assignment_->known_initialize_result() : std::string_view();
    if (!result.empty()) {
        const std::string_view known = jsonrpc::find_member(result, "serverInfo");
        jsonrpc::append_raw(server_info_.emplace(), known.starts_with('{') && known.size() <= longest_server_info ? known : std::string_view(), true);
    }
    return server_info_ ? std::string_view(*server_info_) : std::string_view();
}

bool modern_client::is_busy() const {
    return !calls_.empty() || !parked_->empty() || !listeners_.empty() || visits_.is_under_way() || child_tasks_.are_running();
}

bool modern_client::can_sleep() const {
    const child::child_slot* const own = assignment_->own();
    return own != nullptr && own->can_sleep() && !is_busy();
}

void modern_client::sleep() {
    assignment_->own()->sleep("its client was idle, and another one needs the place of its process");
}

void modern_client::sweep(core::clock::time_point now) {
    use_.on_sweep(now, is_busy(), false);
    // A task ends without an answer to its client.
    if (is_busy()) use_.on_answer(now);
    calls_.time_out_late(now);
    if (calls_.empty()) level_->give_up();
    parked_->sweep(now);
    child_tasks_.sweep(now);
}

void modern_client::close(const std::string& reason) {
    calls_.abandon_all(reason);
    listeners_.end_all();
    assignment_->close(reason);
}

// No log line says to which request it belongs. It goes with the request that wants it, if there is only one.
void modern_client::on_child_notification(child::link& link, const jsonrpc::envelope& message) {
    if (message.is_method(mcp::method::cancelled)) return parked_->withdraw(link, message.request_id);
    if (!message.is_method(mcp::method::message)) {
        // The lists of a child for one call mean nothing for the next one.
        if (!assignment_->has_child_for_each_call()) on_change(message);
        return;
    }
    const calls_in_order calls = calls_on(link, *assignment_, calls_);
    // The message is walked once, however many calls there are.
    const std::optional<mcp::log_level> level = calls.empty() ? std::nullopt : level_of(message);
    const auto wants_it = [level](const std::shared_ptr<session::exchange>& each) {
        const modern_form* const form = form_of(*each);
        return form != nullptr && form->wants_log(level);
    };
    const auto first = std::ranges::find_if(calls, wants_it);
    if (first == calls.end() || std::find_if(std::next(first), calls.end(), wants_it) != calls.end()) return;
    (*first)->on_message(message);
}

void modern_client::on_child_request(child::link& link, const jsonrpc::envelope& message) {
    auto request = input_request(message, profile_);
    const calls_in_order calls = calls_on(link, *assignment_, calls_);
    if (!request) return refuse_question(link, message.id, request.error(), calls);
    const std::shared_ptr<session::exchange> asker = asker_of(link, message.id, calls);
    const std::shared_ptr<session::exchange> call = asker ? asker : any_carrier(calls);
    if (!call) return link.refuse(message.id, jsonrpc::error_code::internal_error, "the client can be asked only while it waits for an answer");
    parked_->set_server_info(std::string(server_info()));
    parked_calls::question asked{
        .asker = link.weak_from_this(), .id = std::string(message.id), .method = std::string(message.method), .request = *std::move(request)};
    if (parked_->add(call, form_of(*call)->request(), std::move(asked))) return;
    link.refuse(message.id, jsonrpc::error_code::internal_error,
                "too many requests to the client are open: it may have " + std::to_string(bounds_.child_requests) + " of them, and " +
                    std::to_string(bounds_.stream_bytes) + " bytes");
}

child::own_requests modern_client::to_repeat() const {
    // Where each call has a child of its own, the assignment repeats them itself.
    return assignment_->has_child_for_each_call() ? child::own_requests() : session::child_settings::requests(assignment_->settings());
}

}  // namespace bridge::era
