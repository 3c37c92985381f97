// The questions of one answer of a modern child.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/shared_text.hpp"
#include "bridge/era/spliced_object.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// A request to the client that a child needs answered.
struct round_question {
    std::string key;                                        ///< raw
    std::string method;                                     ///< raw
    std::string params;                                     ///< raw; empty if there are none, or once they are asked
    bool has_line_breaks = false;                           ///< the child has written them on several lines
    std::shared_ptr<const jsonrpc::known_members> known{};  ///< of the params, if they are large
    std::uint64_t number = 0;                               ///< of the request to the client; 0: it is answered
    core::shared_text response{};                           ///< the client's result, raw and on one line; empty before it
};

/// Collects the client's answers to the questions of one round.
class input_round {
public:
    /// Reads the members of the result of `answer`, whose `resultType` is `input_required`. Returns the reason why the questions cannot be asked, as
    /// the end of a sentence; empty if they can.
    std::string begin(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result);

    std::vector<round_question>& requests() { return requests_; }
    /// Null if no question of this round has that number.
    round_question* find(std::uint64_t number);
    bool is_complete() const;

    /// Adds the members that the next call of the child has beside the params of the first one: the answers, and the child's own state.
    void add_members(spliced_object& out) const;

    /// The memory for the questions and answers, in bytes.
    std::size_t cost() const;

    void clear();

private:
    std::vector<round_question> requests_;
    std::string state_;  // raw; empty if there is none
};

}  // namespace bridge::era
