#include "bridge/era/tool_list.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "bridge/child/link.hpp"
#include "bridge/era/sliced_elements.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::era {
namespace {

using namespace std::chrono_literals;

// A call of a client waits for this list, and servers answer it without work.
constexpr auto longest_wait = 5s;
constexpr int most_pages = 100;
constexpr std::size_t longest_cursor = 64 * 1024;

// The time before a child is asked again because of a tool that is not in its list. Clients invent names.
constexpr auto between_questions = 10s;

class page_sink final : public child::own_sink {
public:
    page_sink(core::executor executor, core::memory_account_ptr account)
        : is_over(executor), charge_(std::move(account), core::memory_use::child_line) {}

    void on_answer(const jsonrpc::envelope& answer) override {
        text_ = jsonrpc::find_member(answer, answer.result, "tools");
        tools = text_;
        finish(answer);
    }
    // A copy of a long list would take long.
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override {
        const std::string_view found = jsonrpc::find_member(answer, answer.result, "tools");
        text_ = std::move(text);
        if (!found.empty()) {
            const std::size_t begin = text_.size() - jsonrpc::answer_tail.size() - answer.result.size();
            tools = std::string_view(text_).substr(begin + static_cast<std::size_t>(found.data() - answer.result.data()), found.size());
        }
        finish(answer);
    }
    // The list is read as the whole answer that it is a part of.
    std::string answer_head(jsonrpc::message_kind kind) const override {
        std::string head;
        jsonrpc::append_answer_head(head, kind, "0");
        return head;
    }
    bool reads_members() const override { return true; }
    void on_lost(std::string_view) override {
        has_failed = true;
        is_over.notify();
    }

    core::event is_over;
    bool has_failed = true;
    std::string_view tools;  // raw
    std::string cursor;      // raw; empty if there is no further page

private:
    void finish(const jsonrpc::envelope& answer) {
        charge_.set(core::capacity_of(text_));
        has_failed = answer.kind != jsonrpc::message_kind::result;
        cursor = jsonrpc::find_member(answer, answer.result, "nextCursor");
        if (!cursor.starts_with('"') || cursor.size() > longest_cursor) cursor.clear();
        is_over.notify();
    }

    std::string text_;  // the list, or an answer with the list in it
    core::memory_charge charge_;
};

// Returns nothing if the list is not complete.
core::task<std::optional<tool_parameters>> read_all(core::executor executor, std::shared_ptr<child::link> link, core::memory_account_ptr account) {
    tool_parameters out(account);
    const auto deadline = core::clock::now() + longest_wait;
    std::string params = "{}";
    for (int page = 0; page < most_pages; ++page) {
        jsonrpc::envelope message;
        message.kind = jsonrpc::message_kind::request;
        message.method = R"("tools/list")";
        message.params = params;
        const auto sink = std::make_shared<page_sink>(executor, account);
        const auto number = link->call(message, sink);
        if (!number) co_return std::nullopt;
        const bool is_over = co_await sink->is_over.wait_until(deadline);
        if (!is_over && link->is_open()) link->cancel(*number, "the bridge has waited long enough");
        if (sink->has_failed) co_return std::nullopt;
        std::function<void(std::string_view)> add = [&out](std::string_view tool) { out.add(tool); };
        co_await visit_in_slices(executor, sink->tools, std::move(add));
        if (sink->cursor.empty()) co_return std::optional(std::move(out));
        params = R"({"cursor":)" + sink->cursor + '}';
    }
    co_return std::nullopt;
}

}  // namespace

core::task<void> tool_list::learn(std::shared_ptr<tool_list> self, core::executor executor, std::shared_ptr<session::child_assignment> assignment,
                                  std::function<bool()> is_wanted) {
    const child::wishes::wish wanted(self->wishes_, std::move(is_wanted));
    if (self->asking_.is_under_way()) {
        const auto mine = self->asking_.landing(executor);
        co_await mine->wait_until(core::clock::time_point::max());
        co_return;
    }
    const core::single_flight::flight mine(self->asking_);
    std::shared_ptr<child::link> link = assignment->current();
    if (!link) {
        std::function<bool()> is_any_wanted = [self] { return self->wishes_.any(); };
        const auto acquired = co_await assignment->acquire(std::move(is_any_wanted));
        // The call itself says why there is none.
        if (!acquired) co_return;
        link = *acquired;
    }
    std::optional<tool_parameters> found = co_await read_all(executor, link, self->found_.account());
    assignment->release(link.get());
    self->next_ = core::clock::now() + between_questions;
    if (!found) co_return;
    self->found_ = *std::move(found);
    if (self->found_.unchecked() != 0 && !std::exchange(self->were_unchecked_reported_, true)) self->report_unchecked();
    if (self->found_.left_out() != 0 && !std::exchange(self->was_reported_, true)) self->report();
}

void tool_list::report() const {
    spdlog::warn(
        "the server's list of tools is too large to keep: {} tools are not, because what is kept may have {} tools and {} bytes, and the memory "
        "budget must have room for it (--max-memory). The headers of calls of these tools are not compared with their arguments",
        found_.left_out(), tool_parameters::most_tools, tool_parameters::most_bytes);
}

void tool_list::report_unchecked() const {
    spdlog::warn(
        "{} tools of the server have more than {} arguments with x-mcp-header, or one deeper than {} levels: calls of them that have headers "
        "Mcp-Param- are refused, because these cannot be compared with the arguments",
        found_.unchecked(), tool_parameters::most_parameters, tool_parameters::deepest_parameter);
}

void tool_list::forget() {
    found_.forget();
    next_ = {};
}

}  // namespace bridge::era
