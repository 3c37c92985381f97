// The lines that a terminal echoes.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "bridge/core/guarded_state.hpp"

namespace bridge::child {

/// Recognizes the bridge's own lines in a child's output. A wrapper that gives the server a terminal (`docker run -t`, `script`) writes back each
/// line that it reads. Without this filter the bridge would take its own requests for requests of the server, and its own refusals of them for
/// answers.
///
/// A terminal echoes a line before the server can read it. So the filter compares lines only until the first answer to a call, unless an echo has
/// come before that. It keeps the size and a hash of the latest lines, not the lines, so its memory is bounded and small. States:
///
///     watching   no call was answered yet, and no echo has come
///     echoing    an echo has come
///     off        a call was answered before an echo came
class echo_filter {
public:
    /// True if lines must be recorded and compared.
    bool is_on() const { return !state_.is(filter_state::off); }

    bool has_echoed() const { return state_.is(filter_state::echoing); }

    /// Records a line that is written to the child, without its line break.
    void record(std::string_view line);

    /// True if `line`, which came from the child, is a recorded one. Each recorded line counts once, and the lines before it are forgotten.
    bool removes(std::string_view line);

    /// Records that the child has answered a call.
    void record_answer() {
        if (state_.is(filter_state::watching)) stop();
    }

private:
    enum class filter_state { watching, echoing, off };
    using change = core::state_change<filter_state>;
    static constexpr std::array changes{change{filter_state::watching, filter_state::echoing}, change{filter_state::watching, filter_state::off}};

    struct fingerprint {
        std::size_t size;
        std::size_t hash;

        bool operator==(const fingerprint&) const = default;
    };

    void stop();

    core::guarded_state<filter_state, changes> state_{filter_state::watching};
    std::deque<fingerprint> written_;  // the oldest line first
};

}  // namespace bridge::child
