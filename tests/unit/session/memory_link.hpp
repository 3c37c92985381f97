// A link to a child that exists only in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {

/// The envelope of `text`, which must be a message and must outlive the envelope.
inline jsonrpc::envelope envelope_of(std::string_view text) {
    auto outcome = jsonrpc::read_envelope(text, 64);
    return std::get<jsonrpc::envelope>(outcome);
}

/// Keeps the lines that are sent to the child, and plays the child's part when the test says so.
class memory_link final : public child::link {
public:
    static std::shared_ptr<memory_link> make() { return std::make_shared<memory_link>(); }

    /// The lines that were sent, without line ends; the oldest first.
    std::vector<std::string> lines;

    /// The child writes `line`, which is one message.
    void say(std::string_view line) {
        const jsonrpc::envelope message = envelope_of(line);
        const auto owner = owner_.lock();
        switch (message.kind) {
            case jsonrpc::message_kind::request:
                if (owner) owner->on_request(*this, message);
                return;
            case jsonrpc::message_kind::notification:
                if (message.is_method(mcp::method::progress)) {
                    const auto token = jsonrpc::minted_number(message.progress_token);
                    if (!token) return;
                    if (child::call_sink* const sink = calls_.find(*token)) sink->on_message(message);
                    if (const auto of_task = calls_.tasks().find(*token)) of_task->on_progress(message);
                } else if (owner) {
                    owner->on_notification(*this, message);
                }
                return;
            case jsonrpc::message_kind::result:
            case jsonrpc::message_kind::error: break;
        }
        const std::uint64_t number = jsonrpc::minted_number(message.id).value_or(0);
        if (const auto sink = calls_.remove(number)) {
            record_answer(*sink);
            sink->on_answer(message);
            calls_.tasks().add(number, sink->task());
        }
    }

    /// The child ends by itself.
    void fail(const std::string& reason) {
        begin_closing(reason);
        const auto owner = owner_.lock();
        if (owner) owner->on_failure(*this);
        end();
    }

    bool accepts_calls() const override { return is_open(); }
    core::task<void> wait_closing() override { co_return; }

    core::result<std::uint64_t> call(const jsonrpc::envelope& message, std::shared_ptr<child::call_sink> sink, std::string*) override {
        if (!is_open()) return make_error_code(core::errc::child_exited);
        record_call(*sink);
        const std::uint64_t number = calls_.add(std::move(sink));
        const std::string minted = std::to_string(number);
        jsonrpc::append_call(lines.emplace_back(), message, minted, minted);
        return number;
    }
    void cancel(std::uint64_t number, std::string_view reason) override {
        if (calls_.remove(number) == nullptr) return;
        lines.push_back("cancelled " + std::to_string(number) + ": " + std::string(reason));
    }
    void notify(const jsonrpc::envelope& message, std::string*) override { jsonrpc::append_call(lines.emplace_back(), message, {}, {}); }
    void notify_raw(std::string_view words) override { lines.emplace_back(words); }
    void answer(std::string_view id, const jsonrpc::envelope& message, std::string*) override {
        jsonrpc::append_answer(lines.emplace_back(), message, id);
    }
    void answer(std::string_view id, std::string_view result) override { jsonrpc::append_result(lines.emplace_back(), id, result); }
    void refuse(std::string_view id, int code, std::string_view text) override { jsonrpc::append_error(lines.emplace_back(), id, code, text); }

    void set_owner(std::weak_ptr<child::link_owner> owner) override { owner_ = std::move(owner); }
    void pay_from(const core::memory_account_ptr&) override {}

    void close(std::string reason) override {
        was_closed_ = was_closed_ || is_open();
        begin_closing(reason);
        end();
    }
    void kill() override { fail("killed"); }
    void break_off() override { fail("broken off"); }
    void check(core::clock::time_point) override {}
    std::string last_output() const override { return {}; }
    std::string shown(std::string_view text, std::size_t max_bytes) const override { return std::string(text.substr(0, max_bytes)); }

private:
    void begin_closing(const std::string& reason) {
        if (!is_open()) return;
        end_reason_ = reason;
        state_.enter(state::closing);
    }
    void end() {
        for (const auto& sink : calls_.remove_all()) sink->on_lost(end_reason_);
        state_.enter(state::ended);
        if (const auto owner = owner_.lock()) owner->on_end(*this);
    }

    std::weak_ptr<child::link_owner> owner_;
};

}  // namespace bridge::session
