// Forks without this process's signal handlers.
#pragma once

#include <csignal>

namespace bridge::process {

/// Blocks every signal of this thread while it lives. To be held around a fork: a signal that arrives just then would otherwise
/// be handled in the new process too, and through the descriptors that both share the bridge would be told of it twice, which
/// means "stop at once".
class blocked_signals {
public:
    blocked_signals() {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, &before_);
    }
    ~blocked_signals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
    blocked_signals(const blocked_signals&) = delete;
    blocked_signals& operator=(const blocked_signals&) = delete;

    /// They stay blocked afterwards: for the new process.
    void keep() { sigfillset(&before_); }

private:
    sigset_t before_{};
};

/// Gives every signal its default disposition, and leaves the mask alone. For a process that was just forked: the bridge's handlers are
/// not its own, and an ignored signal would stay ignored across an exec. Safe between a fork and an exec.
void reset_signal_handlers();

}  // namespace bridge::process
