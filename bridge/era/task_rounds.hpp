// The questions of a modern child in a call that has become a task.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/spliced_params.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/core/shared_text.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// A child that needs an answer of the client ends its call with questions, and the client repeats its request with the answers. The client of a task
/// repeats nothing: it answers with `tasks/update`. So the bridge keeps the request of a call that can become a task, collects the answers of one
/// round, and then makes the request that continues the call. It does no I/O.
class task_rounds {
public:
    struct question {
        std::string key;               ///< raw, the child's own
        std::string method;            ///< raw; empty if there is none
        std::string request;           ///< raw; empty once it is with the client
        std::uint64_t number = 0;      ///< of the request to the client; 0: it is answered
        core::shared_text response{};  ///< the client's result, raw and on one line; empty before it
    };

    /// Keeps the params of `request`, if they are not long and there is memory. `account` pays for them; null for none.
    task_rounds(const jsonrpc::envelope& request, core::memory_account_ptr account);

    /// Reads a round from the members of the result of `answer`. Returns the reason why it cannot be asked, as the end of a sentence; empty if it
    /// can.
    std::string begin(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result);

    /// The number of rounds so far.
    int count() const { return count_; }

    std::vector<question>& questions() { return questions_; }
    /// The client has answered the question `number` with `response`, raw. Returns true if that was the last answer of the round.
    bool answer(std::uint64_t number, core::shared_text response);

    /// The raw method of the request.
    const std::string& method() const { return method_; }
    /// Ends the round, and returns the params of the request that continues the call.
    child::spliced_params next_params();

private:
    void pay();

    std::string method_;           // raw
    std::string params_;           // raw
    std::size_t token_begin_ = 0;  // of the progress token in params_
    std::size_t token_size_ = 0;   // 0: there is none
    bool is_kept_ = false;
    int count_ = 0;
    std::vector<question> questions_;
    std::string state_;  // the child's own, raw; empty if there is none
    core::memory_charge charge_;
};

}  // namespace bridge::era
