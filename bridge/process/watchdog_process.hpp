// What runs in the watchdog's own process.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <vector>

#include "bridge/process/launcher.hpp"
#include "bridge/process/process_table.hpp"
#include "bridge/process/watchdog_note.hpp"

namespace bridge::process {

/// Reads the bridge's notes and does what they are for: ends what a child that has ended left running, and, when there is
/// nobody left to write notes, everything that the bridge ever started. Never logs: nobody would read it.
class watchdog_process {
public:
    /// `notes` is the reading end of a pipe, not blocking. `token` is that of the children's marker.
    watchdog_process(int notes, std::string_view token) : notes_(notes), table_(token) {}

    /// Returns once the bridge is gone and so is all that it has started, as far as that can be known and done in time.
    void run();

private:
    using clock = std::chrono::steady_clock;

    // A child. Its process group and its session bear its leader's number.
    struct charge {
        std::uint64_t child = 0;
        pid_t leader = 0;  // 0 while it is about to be started
        unique_fd pidfd{};

        bool leads(const process_entry& entry) const;
    };

    bool read_notes();
    void take(const watchdog_note& note);
    void wait_for_notes() const;
    void ask_for_sweep();
    void sweep();
    void sweep_everything();
    void doom(const charge& whose);
    bool has_starting() const;

    int notes_;
    process_table table_;
    std::map<std::uint64_t, charge> living_;
    std::vector<charge> ended_;  // their remains are still to be looked for
    bool knows_all_ = false;     // that live
    bool must_sweep_ = false;
    int sweeps_ = 0;             // since it was last asked for one
    int clean_sweeps_ = 0;       // of these, the last ones that found nothing
    clock::time_point next_sweep_{};
};

}  // namespace bridge::process
