// What the operating system must be told before anything else.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace bridge::app {

/// Ignores the signals that would end the bridge without need (SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2), makes sure that descriptors 0, 1
/// and 2 are taken (a socket that got one of them would be handed to children), and raises the limit of open files to what is allowed.
void set_up_process();

/// True if the process has a terminal that can hang up (a controlling terminal).
bool has_terminal();

/// True if whoever started the process has it ignore SIGHUP, as `nohup` does.
bool ignores_hangups();

/// The memory of the arguments and the environment as the system put them there, one behind the other, and as it shows them
/// in /proc; `arguments` is what main got.
std::span<char> title_of_process(char** arguments);

/// Keeps other processes of this user, the server's above all, from looking into this one: its memory and what /proc shows of it are
/// root's then (prctl(2), PR_SET_DUMPABLE). It leaves no core dump either. Processes that it forks are the same until they execute a
/// program.
void protect_process();

/// Overwrites the values of the variables `names` in the environment, so that they do not stand in /proc for as long as the bridge
/// runs. Variables that every server gets (`process::is_harmless`) are left: they hold no secrets, and are still needed.
void hide_values(const std::vector<std::string>& names);

/// Overwrites the keys, and the values of the server's variables, among the arguments, so that they do not stand in the process
/// list for as long as the bridge runs.
void hide_secrets(char** arguments);

}  // namespace bridge::app
