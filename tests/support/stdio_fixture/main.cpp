// An MCP server on stdio that misbehaves as told; README.md lists how.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "tests/support/stdio_fixture/crash.hpp"
#include "tests/support/stdio_fixture/event_loop.hpp"
#include "tests/support/stdio_fixture/grandchild.hpp"
#include "tests/support/stdio_fixture/line_writer.hpp"
#include "tests/support/stdio_fixture/noise.hpp"
#include "tests/support/stdio_fixture/options.hpp"
#include "tests/support/stdio_fixture/preparation.hpp"
#include "tests/support/stdio_fixture/server.hpp"

namespace fixture {
namespace {

void start(const options& chosen, event_loop& loop, server& made) {
    // One that will not go by itself must not outlive a test that failed by long.
    if (chosen.ignore_term || chosen.ignore_eof || chosen.not_reading || !chosen.fault.empty()) ::alarm(300);
    if (chosen.ignore_term) std::signal(SIGTERM, SIG_IGN);
    // Before anybody can read who is to be signalled.
    if (!chosen.fault.empty()) loop.on_user_signal([&made] { made.toggle_fault(); });
    if (!chosen.install_folder.empty()) install(chosen.install_folder);
    if (!chosen.lock_file.empty()) lock(chosen.lock_file);
    if (!chosen.starts_file.empty()) std::ofstream(chosen.starts_file, std::ios::app) << ::getpid() << '\n';
    if (chosen.hold_stdout_by_grandchild) start_grandchild({.hold_stdout = true});
    write_noise(1, chosen.banner_lines);
    write_all(1, chosen.prompt);
    write_all(2, chosen.prompt);
    write_noise_mib(2, chosen.stderr_mib);
    if (chosen.crash_on == "start") crash(chosen);
    made.begin_fault_at("start");
    if (chosen.crash_after_ms >= 0) {
        loop.after(std::chrono::milliseconds(chosen.crash_after_ms), [&chosen] { crash(chosen); });
    }
    if (chosen.not_reading) loop.stop_reading();
    if (chosen.ignore_eof || chosen.not_reading) loop.outlive_input();
    if (chosen.start_delay_ms > 0) ::usleep(static_cast<useconds_t>(chosen.start_delay_ms * 1000));
}

}  // namespace
}  // namespace fixture

int main(int argc, char** argv) {
    const fixture::options chosen = fixture::read_options(argc, argv);
    fixture::event_loop loop;
    fixture::server server(chosen, loop);
    fixture::start(chosen, loop, server);
    loop.run([&server](std::string line) { server.on_line(std::move(line)); });
}
