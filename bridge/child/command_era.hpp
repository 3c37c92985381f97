// The era in which the processes of a command are opened.
#pragma once

#include <optional>
#include <string_view>

#include "bridge/child/modern_translator.hpp"
#include "bridge/core/activity.hpp"
#include "bridge/core/async.hpp"
#include "bridge/core/event.hpp"
#include "bridge/mcp/era.hpp"

namespace bridge::child {

/// How a child is opened.
struct opening_era {
    const modern_translator* translator = nullptr;  ///< null: in the legacy era
    bool is_try = false;                            ///< a failure teaches nothing, and counts against nothing
};

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

    /// Opens a process of the modern era for a try; null if there is no such way.
    const modern_translator* modern_translator_of_try() const { return translator_; }

    /// Learns from `error`, raw, with which a process has refused `initialize` at `now`. Returns true if the user of that process is to open another
    /// one in the modern era. If the error names that era, the command is of it. If it says that there is no method `initialize`, the next processes
    /// are opened in that era, until one of them is not. Otherwise that is a try: servers of that era may refuse with any error (revision 2026-07-28,
    /// Versioning), so as long as no process has been opened, one user tries the era once a minute. Other processes are opened as before.
    bool learn_from_refused_initialize(std::string_view error, core::clock::time_point now);

    /// A process has read `initialize` and has ended or been silent instead of answering, as `now` is known: some servers of the modern era do that.
    /// Returns true if its user is to try the modern era.
    bool learn_from_unanswered_initialize(core::clock::time_point now) { return may_try(now); }

    /// The era is tried until the token is destroyed.
    [[nodiscard]] core::activity::token begin_try() { return trying_.begin(); }
    bool is_tried() const { return trying_.is_under_way(); }
    /// Waits until no user tries the era any more, at most until `deadline`. The object must outlive the coroutine.
    core::task<void> wait_for_try(core::executor executor, core::clock::time_point deadline) const;

    /// Learns from an error with which a process has refused `server/discover`.
    void learn_from_refused_discover() { forget(); }

    /// The server is of the era `known`: it has said so, or a process has been opened in that era.
    void record(mcp::era known) {
        learnt_ = known;
        is_proven_ = true;
    }

    /// Processes opened in the era `known` before the bridge was started again. The server can be another one by now.
    void recall(mcp::era known) { expect(known); }

    /// A process that was opened in the era `asked` has ended or was silent instead of answering. That teaches nothing, but the era counts no more if
    /// it was only expected.
    void doubt(mcp::era asked) {
        if (!is_proven_ && learnt_ == asked) forget();
    }

    /// The era that the answers of the processes have taught; nothing if none has taught one.
    std::optional<mcp::era> learnt() const { return is_proven_ ? learnt_ : std::nullopt; }

private:
    bool may_try(core::clock::time_point now);
    void expect(mcp::era expected) {
        learnt_ = expected;
        is_proven_ = false;
    }
    void forget() {
        learnt_.reset();
        is_proven_ = false;
    }

    const modern_translator* translator_ = nullptr;
    std::optional<mcp::era> fixed_;
    std::optional<mcp::era> learnt_;
    bool is_proven_ = false;  // the answers of processes have taught it
    core::activity trying_;
    core::clock::time_point next_try_ = core::clock::time_point::min();
};

}  // namespace bridge::child
