#include "bridge/mcp/method_rules.hpp"

#include <algorithm>
#include <array>

#include "bridge/jsonrpc/member_names.hpp"
#include "bridge/mcp/names.hpp"
#include "bridge/mcp/request_kind.hpp"

namespace bridge::mcp {
namespace {

// The methods of the requests that the bridge does not forward unchanged.
constexpr std::array routed = {method::initialize, method::discover,   method::set_level,    method::subscribe,   method::unsubscribe,
                               method::tasks_get,  method::tasks_list, method::tasks_result, method::tasks_cancel};

}  // namespace

const char* request_method_fault(std::string_view raw) {
    // A method with its usual spelling needs no further check.
    if (request_kind_of(raw) != request_kind::other) return nullptr;
    if (jsonrpc::compare_folded(raw, method::notification_prefix, true) != jsonrpc::likeness::different) {
        return "the method is that of a notification, but the message has an id";
    }
    // This covers every method about tasks, whichever of them the server has.
    const bool is_about_tasks = jsonrpc::compare_folded(raw, method::task_prefix, true) == jsonrpc::likeness::folds;
    const bool folds = is_about_tasks || std::ranges::any_of(routed, [raw](std::string_view name) {
                           return jsonrpc::compare_folded(raw, name) == jsonrpc::likeness::folds;
                       });
    return folds ? "some servers read the method as another one" : nullptr;
}

}  // namespace bridge::mcp
