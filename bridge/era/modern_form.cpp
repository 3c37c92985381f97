#include "bridge/era/modern_form.hpp"

#include "bridge/era/completed_answer.hpp"
#include "bridge/era/driven_task.hpp"
#include "bridge/era/legacy_view.hpp"
#include "bridge/era/tool_execution.hpp"
#include "bridge/era/visit_request.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {

namespace {

// The error of a server whose client must open web pages first (revision 2025-11-25, URLElicitationRequiredError).
constexpr std::string_view visits_required = "-32042";

// Of such an error. It names a few pages.
constexpr std::size_t longest_wish = 64 * 1024;

// The tools in a longer list keep a member that clients do not know, because the list is read in one turn.
constexpr std::size_t longest_tool_list = 1024 * 1024;

}  // namespace

void modern_form::become_task() {
    is_task_ = true;
    is_cacheable_ = false;
    level_.reset();
    terms_.asks_by_url = false;
}

modern_form::modern_form(const std::shared_ptr<modern_client>& client, const jsonrpc::envelope& message, const modern_request& request, terms chosen)
    : client_(client), is_cacheable_(has_cacheable_result(message.method)), level_(request.log_level), terms_(chosen),
      identity_(message, request.identity, client->payer()), outgoing_(message, request, chosen.json_depth) {}

bool modern_form::address(child::link& link, jsonrpc::envelope& message, std::string* text) {
    legacy_view* const view = view_of(link);
    passes_ = view != nullptr;
    if (!passes_ && outgoing_.has_child_state()) return false;
    const auto client = client_.lock();
    const bool has_tasks = passes_ && view->terms().server.has_tasks && client && !client->assignment()->ignores_tasks();
    const bool keeps_tasks = has_tasks && terms_.knows_tasks && !is_task_;
    if (keeps_tasks) {
        task_maker_ = link.weak_from_this();
        // The server decides which of its calls become tasks.
        task_due_ = core::clock::time_point::max();
    }
    if (text == nullptr) return true;
    if (passes_) {
        outgoing_.fit_modern(message, *text, keeps_tasks);
    } else {
        make_legacy(*text, message, terms_.json_depth);
        if (wishes_for_task_) era::wish_for_task(*text, message, terms_.json_depth);
    }
    return true;
}

std::string modern_form::sealed(std::string_view state) const {
    const std::shared_ptr<modern_client> client = client_.lock();
    if (!client) return {};
    return terms_.seal.seal(state, {.principal = client->who().principal, .request = identity_.digest()}, state_seal::clock::now());
}

void modern_form::complete(std::string& text, const jsonrpc::envelope& answer) const {
    if (passes_) {
        if (answer.kind == jsonrpc::message_kind::result) add_result_type(text, answer);
        return;
    }
    const std::shared_ptr<modern_client> client = client_.lock();
    if (answer.kind == jsonrpc::message_kind::error) {
        const bool wants_visits = terms_.asks_by_url && terms_.can_be_asked && answer.error.size() <= longest_wish &&
                                  jsonrpc::find_member(answer.error, "code") == visits_required;
        const std::string requests = wants_visits && client ? visit_requests(answer.error) : std::string();
        const std::string result = requests.empty() ? std::string() : client->parked().ask_before(request(), requests);
        if (!result.empty()) {
            const std::string id(jsonrpc::answer_id(text));
            text.clear();
            return jsonrpc::append_result(text, id, result);
        }
        return complete_error(text, answer);
    }
    const std::string_view server_info = client ? client->server_info() : std::string_view();
    const std::size_t begin = text.size() - jsonrpc::answer_tail.size() - answer.result.size();
    complete_result(text, answer, {.is_cacheable = is_cacheable_, .server_info = server_info});
    if (lists_tools_ && answer.result.size() <= longest_tool_list) remove_execution(text, text.size() - jsonrpc::answer_tail.size() - begin);
}

std::optional<mcp::log_level> level_of(const jsonrpc::envelope& message) {
    return mcp::read_log_level(jsonrpc::find_member(message, message.params, "level"));
}

bool modern_form::admits(const jsonrpc::envelope& message) const {
    return !message.is_method(mcp::method::message) || (level_ && wants_log(level_of(message)));
}

}  // namespace bridge::era
