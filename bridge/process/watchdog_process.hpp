// The code that runs in the watchdog's own process.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <vector>

#include "bridge/process/launcher.hpp"
#include "bridge/process/process_table.hpp"
#include "bridge/process/watchdog_note.hpp"

namespace bridge::process {

/// Reads the bridge's notes and acts on them. When a child has ended, it kills the processes that the child left running. When no process
/// can write notes any more, it kills everything that the bridge started. It never logs: nobody would read the log.
class watchdog_process {
public:
    /// `notes` is the read end of a pipe, non-blocking. `token` is the one in the children's marker.
    watchdog_process(int notes, std::string_view token) : notes_(notes), table_(token) {}

    /// Returns once the bridge and all processes that it started are gone, as far as the watchdog can find them and has time to end them.
    void run();

private:
    using clock = std::chrono::steady_clock;

    // A child. Its process group and its session have its leader's number.
    struct charge {
        std::uint64_t child = 0;
        pid_t leader = 0;           // 0 before the child is started
        core::unique_fd process{};  // readable once the leader has ended; none if the system gave no descriptor

        bool leads(const process_entry& entry) const;
    };

    bool read_notes();
    void receive(const watchdog_note& note);
    void wait_for_notes() const;
    void ask_for_sweep();
    void sweep();
    void sweep_everything();
    void doom(const charge& target);
    bool has_starting() const;

    int notes_;
    process_table table_;
    std::map<std::uint64_t, charge> living_;
    std::vector<charge> ended_;  // children whose remains are still to be searched
    bool knows_all_ = false;     // all living children were reported
    bool must_sweep_ = false;
    int sweeps_ = 0;        // since the last request for a sweep
    int clean_sweeps_ = 0;  // number of the latest sweeps in a row that found nothing
    clock::time_point next_sweep_{};
};

}  // namespace bridge::process
