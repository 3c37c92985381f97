// Settings of the process that must be made before anything else.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace bridge::app {

/// Ignores the signals that would end the bridge without need (SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2). Makes sure that descriptors 0, 1 and 2
/// are open, because children would inherit a socket with such a number. Raises the limit of open files to the allowed maximum.
void set_up_process();

/// True if the process has a terminal that can hang up (a controlling terminal).
bool has_terminal();

/// True if the parent made the process ignore SIGHUP, as `nohup` does.
bool ignores_hangups();

/// Returns the memory of the arguments and the environment, adjacent as the system placed them and as /proc shows them. `arguments` is the
/// argument of main.
std::span<char> title_of_process(char** arguments);

/// Prevents other processes of this user, above all the server, from reading this process: its memory and its files in /proc belong to root
/// then (prctl(2), PR_SET_DUMPABLE). The process leaves no core dump either. Processes that it forks have this protection until they
/// execute a program.
void protect_process();

/// Overwrites the values of the variables `names` in the environment, so that /proc does not show them while the bridge runs. Skips the
/// variables that every server gets (`process::is_harmless`): they hold no secrets, and are still needed.
void hide_values(const std::vector<std::string>& names);

/// Overwrites the keys and the values of the server's variables in the arguments, so that the process list does not show them while the
/// bridge runs.
void hide_secrets(char** arguments);

}  // namespace bridge::app
