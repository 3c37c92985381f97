// Helpers that keep the bridge's signal handlers out of forked processes.
#pragma once

#include <csignal>

namespace bridge::process {

/// Blocks every signal of this thread while it lives. Hold one around a fork. Otherwise the new process could also handle a signal that
/// arrives during the fork. The two processes share descriptors, so the bridge would then receive the signal twice, and a second signal
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

    /// Keeps the signals blocked after this object is destroyed. For the new process.
    void keep() { sigfillset(&before_); }

private:
    sigset_t before_{};
};

/// Sets the default disposition of every signal, and does not change the signal mask. For a process that was just forked: it must not run
/// the bridge's handlers, and an ignored signal would stay ignored across an exec. Safe between a fork and an exec.
void reset_signal_handlers();

}  // namespace bridge::process
