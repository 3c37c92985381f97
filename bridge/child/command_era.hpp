// The era in which the processes of a command are opened.
#pragma once

#include <optional>
#include <string_view>

#include "bridge/child/modern_translator.hpp"
#include "bridge/core/event.hpp"
#include "bridge/mcp/era.hpp"

namespace bridge::child {

/// Learns the era from the answers of the command's processes, and remembers it for the next ones. Silence teaches nothing. A process that has
/// refused a request of one era is not used for the other one, because some servers take the era of their first message for good.
class command_era {
public:
    /// `translator` opens processes of the modern era; it must outlive this object. Without one, all processes are opened in the legacy era.
    void set_translator(const modern_translator& translator) { translator_ = &translator; }

    /// The operator says which era it is.
    void fix(mcp::era known) { fixed_ = known; }

    /// The translator, if the next process is to be opened in the modern era; null if it is to be opened in the legacy era.
    const modern_translator* translator() const {
        return fixed_.value_or(learnt_.value_or(mcp::era::legacy)) == mcp::era::modern ? translator_ : nullptr;
    }

    /// Learns from `error`, raw, with which a process has refused `initialize` at `now`. Returns true if the next process is to be opened in the
    /// modern era. Servers of that era may refuse with any error (revision 2026-07-28, Versioning), so as long as no process has been opened, the era
    /// is tried after each, once a minute.
    bool learn_from_refused_initialize(std::string_view error, core::clock::time_point now);

    /// Learns from an error with which a process has refused `server/discover`.
    void learn_from_refused_discover() { forget(); }

    /// A process has opened in the era `known`.
    void record(mcp::era known) {
        learnt_ = known;
        is_uncertain_ = false;
    }

    /// Processes opened in the era `known` before the bridge was started again. The server can be another one by now.
    void recall(mcp::era known) {
        learnt_ = known;
        is_uncertain_ = true;
    }

    /// A process has ended or was silent instead of answering. That teaches nothing, but what was recalled or tried counts no more.
    void doubt() {
        if (is_uncertain_) forget();
    }

    /// The era that the answers of the processes have taught; nothing if none has answered.
    std::optional<mcp::era> learnt() const { return is_uncertain_ ? std::nullopt : learnt_; }

private:
    void forget() {
        learnt_.reset();
        is_uncertain_ = false;
    }

    const modern_translator* translator_ = nullptr;
    std::optional<mcp::era> fixed_;
    std::optional<mcp::era> learnt_;
    bool is_uncertain_ = false;  // learnt_ is from a time before the bridge was started, or is tried
    core::clock::time_point next_try_ = core::clock::time_point::min();
};

}  // namespace bridge::child
