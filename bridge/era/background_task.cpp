#include "bridge/era/background_task.hpp"

#include <utility>

#include "bridge/core/secret.hpp"
#include "bridge/era/iso_time.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::era {
namespace {

// In the order of `task_status`.
constexpr std::array<std::string_view, 5> status_names = {"working", "input_required", "completed", "failed", "cancelled"};

// The time between two questions of a client that a polling client is asked to keep. Each of them costs the bridge little, but behind a platform it
// can be an invocation.
constexpr std::chrono::milliseconds poll_interval{2000};

// Longer texts of an error are in the error only.
constexpr std::size_t longest_status_message = 1024;

// The message in a longer error is not looked for.
constexpr std::size_t longest_error = 64 * 1024;

constexpr std::string_view before_result = R"(,"result":)";
constexpr std::string_view before_error = R"(,"error":)";

}  // namespace

background_task::background_task(std::string_view server, const core::limits& bounds, core::memory_account_ptr account)
    : bounds_(bounds), id_(core::random_token()), server_(server), created_(std::chrono::system_clock::now()), updated_(created_),
      ttl_(bounds.task_time + bounds.task_keep), deadline_(core::clock::now() + bounds.task_time),
      charge_(std::move(account), core::memory_use::request) {
    update_charge();
}

void background_task::update_charge() {
    charge_.set(sizeof(background_task) + core::capacity_of(id_) + core::capacity_of(server_) + core::capacity_of(*requests_));
}

bool background_task::ask(std::string requests) {
    if (has_ended() || requests == *requests_) return false;
    requests_ = std::make_shared<const std::string>(std::move(requests));
    update_charge();
    status_.enter(requests_->empty() ? task_status::working : task_status::input_required);
    updated_ = std::chrono::system_clock::now();
    return true;
}

void background_task::end(std::string answer, core::memory_charge charge) {
    requests_ = std::make_shared<const std::string>();
    answer_ = std::make_shared<const std::string>(std::move(answer));
    if (!answer_->empty()) charge_ = std::move(charge);
    updated_ = std::chrono::system_clock::now();
    ended_at_ = core::clock::now();
    deadline_ = ended_at_ + bounds_.task_keep;
    ttl_ = std::chrono::duration_cast<std::chrono::milliseconds>(updated_ - created_) + bounds_.task_keep;
    const std::string_view whole = *answer_;
    const std::string_view raw_id = jsonrpc::answer_id(whole);
    std::string_view behind_id = answer_->empty() ? whole : whole.substr(static_cast<std::size_t>(raw_id.data() + raw_id.size() - whole.data()));
    const bool has_result = behind_id.starts_with(before_result);
    if (answer_->empty()) return status_.enter(task_status::cancelled);
    behind_id.remove_prefix(has_result ? before_result.size() : before_error.size());
    behind_id.remove_suffix(jsonrpc::answer_tail.size());
    contents_ = behind_id;
    status_.enter(has_result ? task_status::completed : task_status::failed);
}

std::string background_task::common_members() const {
    std::string out = R"("taskId":")" + id_ + R"(","status":")";
    out += status_names[static_cast<std::size_t>(status())];
    out += R"(","createdAt":")" + iso_time(created_) + R"(","lastUpdatedAt":")" + iso_time(updated_);
    out += R"(","ttlMs":)" + std::to_string(ttl_.count()) + R"(,"pollIntervalMs":)" + std::to_string(poll_interval.count());
    return out;
}

task_text background_task::state() const {
    task_text out{.begin = common_members(), .account = charge_.account()};
    switch (status()) {
        case task_status::input_required:
            out.begin += R"(,"inputRequests":)";
            out.middle = *requests_;
            out.owner = requests_;
            break;
        case task_status::completed:
            out.begin += before_result;
            out.middle = contents_;
            out.owner = answer_;
            break;
        case task_status::failed: {
            const std::string_view message = contents_.size() <= longest_error ? jsonrpc::find_member(contents_, "message") : std::string_view();
            if (message.starts_with('"') && message.size() <= longest_status_message) out.begin.append(R"(,"statusMessage":)").append(message);
            out.begin += before_error;
            out.middle = contents_;
            out.owner = answer_;
            break;
        }
        case task_status::working:
        case task_status::cancelled: break;
    }
    return out;
}

std::string background_task::members() const {
    return state().whole();
}

std::string background_task::meta() const {
    if (server_.empty()) return {};
    std::string out = R"(,"_meta":{)";
    jsonrpc::append_string(out, mcp::meta_key::server_info);
    return out + ':' + server_ + '}';
}

std::string background_task::handle() const {
    return R"({"resultType":"task",)" + common_members() + meta() + '}';
}

task_text background_task::details() const {
    task_text out = state();
    out.begin.insert(0, R"({"resultType":"complete")" + meta() + ',');
    out.end += '}';
    return out;
}

}  // namespace bridge::era
