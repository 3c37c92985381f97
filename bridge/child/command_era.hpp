// The era in which the processes of a command are opened.
#pragma once

#include <optional>
#include <string_view>

#include "bridge/child/modern_translator.hpp"
#include "bridge/core/event.hpp"
#include "bridge/mcp/era.hpp"

namespace bridge::child {

/// Learns the era from the answers of the command's processes, and remembers it for the next ones. Without an answer nothing is remembered, but the
/// other era can be tried. A process that has refused a request of one era is not used for the other one, because some servers take the era of their
/// first message for good.
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

    /// A process has read `initialize` and has ended or been silent instead of answering, as `now` is known: some servers of the modern era do that.
    /// As long as no process has been opened, the modern era is tried, once a minute. That failure counts, so the failure of the try does not.
    void learn_from_unanswered_initialize(core::clock::time_point now);

    /// Learns from an error with which a process has refused `server/discover`.
    void learn_from_refused_discover() { forget(); }

    /// A process has opened in the era `known`.
    void record(mcp::era known) {
        learnt_ = known;
        trust_ = trust::certain;
    }

    /// Processes opened in the era `known` before the bridge was started again. The server can be another one by now.
    void recall(mcp::era known) {
        learnt_ = known;
        trust_ = trust::recalled;
    }

    /// A process that was opened in the era `asked` has ended or was silent instead of answering. That teaches nothing, but the era counts no more if
    /// it was recalled or tried.
    void doubt(mcp::era asked) {
        if (is_uncertain() && learnt_ == asked) forget();
    }

    /// True while the modern era is tried.
    bool is_tried() const { return trust_ == trust::tried_after_error || trust_ == trust::tried_after_silence; }

    /// True while the modern era is tried because of a failure that counts already.
    bool is_tried_after_silence() const { return trust_ == trust::tried_after_silence; }

    /// The era that the answers of the processes have taught; nothing if none has answered.
    std::optional<mcp::era> learnt() const { return is_uncertain() ? std::nullopt : learnt_; }

private:
    enum class trust { certain, recalled, tried_after_error, tried_after_silence };

    bool is_uncertain() const { return trust_ != trust::certain; }
    void begin_try(trust reason, core::clock::time_point now);
    void forget() {
        learnt_.reset();
        trust_ = trust::certain;
    }

    const modern_translator* translator_ = nullptr;
    std::optional<mcp::era> fixed_;
    std::optional<mcp::era> learnt_;
    trust trust_ = trust::certain;  // in learnt_
    core::clock::time_point next_try_ = core::clock::time_point::min();
};

}  // namespace bridge::child
