#include <cerrno>
#include <exception>
#include <iostream>
#include <system_error>

#include "bridge/app/application.hpp"
#include "bridge/app/options.hpp"
#include "bridge/app/process_setup.hpp"
#include "bridge/core/log.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/process/watchdog.hpp"

namespace {

int main_impl(int argc, char** argv) {
    bridge::app::parsed parsed = bridge::app::parse_options(argc, argv);
    if (!parsed.value) return parsed.exit_code;
    bridge::app::set_up_process();
    if (!parsed.value->allows_debugging) bridge::app::protect_process();
    bridge::app::hide_secrets(argv);
    bridge::app::hide_values(parsed.value->used_variables);
    bridge::core::set_up_log(parsed.value->log);
    bridge::core::set_up_end();
    if (!bridge::core::set_up_secrets()) throw std::runtime_error("the system gives no randomness");
    // The watchdog is forked here, while the bridge has little memory that both processes would share.
    bridge::process::watchdog guard(bridge::core::random_token(), bridge::app::title_of_process(argv));
    if (!guard.start()) throw std::system_error(errno, std::generic_category(), "the watchdog process cannot be started");
    return bridge::app::run(std::move(*parsed.value), guard);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return main_impl(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "mcp-bridge: " << error.what() << '\n';
        return 1;
    }
}
