// One call of a legacy client on a modern child.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/core/shared_text.hpp"
#include "bridge/era/client_envelope.hpp"
#include "bridge/era/input_round.hpp"
#include "bridge/era/legacy_method.hpp"
#include "bridge/era/legacy_schema.hpp"
#include "bridge/era/question_asker.hpp"

namespace bridge::era {

class legacy_view;

/// The receiver of the child's messages for one call of a client. If the child answers with questions, the call asks the client, and calls the child
/// again with the answers, as often as the child asks anew, up to `most_rounds` times. States:
///
///     called    the child has the call
///     parked    the child has answered with questions; the client has them, or the call waits a moment before it calls again
///     settled   the client has its answer, or does not need it
class translated_call final : public child::call_sink, public question_asker, public std::enable_shared_from_this<translated_call> {
public:
    static constexpr int most_rounds = 10;

    /// `number` is the call's number in `view`; `sink` receives the answer.
    translated_call(std::weak_ptr<legacy_view> view, std::uint64_t number, std::shared_ptr<child::call_sink> sink, legacy_method method)
        : view_(std::move(view)), number_(number), sink_(std::move(sink)), method_(method) {}

    /// Sends `message` with the params `wrapped`, made with `log_level`, to the child. `text`, if not empty, is the large text from which `message`
    /// was parsed, with the params on one line.
    boost::system::error_code send(const jsonrpc::envelope& message, const child::spliced_params& wrapped, std::string_view log_level,
                                   const core::shared_text& text);

    const child::call_sink* sink() const override { return sink_.get(); }
    bool is_parked() const { return child_number_ == 0; }

    /// The client does not need the answer any more.
    void cancel(std::string_view reason);
    void answer(std::uint64_t question, core::shared_text result) override;
    void refuse(std::uint64_t question, std::string_view reason) override;
    /// The child ends while the call is parked.
    void lose(std::string_view reason);
    /// The sink has learnt by other means that no answer comes.
    void drop();

    void on_answer(const jsonrpc::envelope& answer) override;
    std::string answer_head(jsonrpc::message_kind kind) const override { return sink_->answer_head(kind); }
    void on_large_answer(const jsonrpc::envelope& answer, std::string text) override;
    bool on_message(const jsonrpc::envelope& message) override;
    void on_lost(std::string_view reason) override;
    bool is_for_client() const override { return sink_->is_for_client(); }
    bool reads_members() const override { return sink_->reads_members(); }

private:
    // A large result of a call that is settled, on its way to the client.
    struct large_result {
        core::executor executor;
        std::shared_ptr<child::call_sink> sink;
        core::memory_account_ptr account;  // pays for the text
        std::shared_ptr<wrapped_tools> wrapped;
        jsonrpc::envelope shown;  // a part of the text
        legacy_method method{};
        std::string tool{};  // raw
        std::string text{};
    };

    bool is_complete(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result);
    static core::task<void> change_and_pass(large_result large);
    void pass(const jsonrpc::envelope& answer, std::string* text);
    void begin_round(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result);
    void call_again();
    void call_again_later();
    static core::task<void> wait_and_call(std::shared_ptr<translated_call> self, std::shared_ptr<core::event> pause_end,
                                          std::chrono::milliseconds pause);
    std::shared_ptr<child::call_sink> settle(bool is_answered);
    void keep(const jsonrpc::envelope& message, const core::shared_text& text);
    void pay();
    /// Answers the client that the child's questions cannot be answered.
    void fail(std::string_view reason);
    void withdraw_questions(std::string_view reason);

    std::weak_ptr<legacy_view> view_;
    std::uint64_t number_;
    std::shared_ptr<child::call_sink> sink_;
    legacy_method method_;
    std::uint64_t child_number_ = 0;  // of the call of the child; 0 while parked
    bool is_settled_ = false;
    std::shared_ptr<core::event> pause_over_;
    int rounds_ = 0;
    input_round round_;
    std::string raw_method_;
    std::string tool_;  // the raw name of the tool that is called; empty for other methods
    std::string log_level_;
    core::shared_text kept_text_;              // of kept_; empty without it
    std::optional<jsonrpc::envelope> kept_{};  // the request, kept to call again. Of a small one, only the params
    core::memory_charge kept_charge_;
    double last_progress_ = -1;
};

}  // namespace bridge::era
