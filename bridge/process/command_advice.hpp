// Advice for people whose command cannot be started.
#pragma once

#include <string>

namespace bridge::process {

/// Returns what the system's error does not say about the command `executable` (a path, or a name that was looked up in PATH): that it is a
/// folder, a text file or a whole command line in one word, or how the missing program is installed on Debian. `error` is the errno of the
/// failed start. The text continues a sentence (it begins with "; "); it is empty if there is nothing to add. The function reads at most the
/// first line of the file.
std::string command_advice(const std::string& executable, int error);

/// True if the file begins like a program that the kernel can execute: an ELF header, or a first line that names an interpreter (`#!`).
bool begins_like_program(const std::string& path);

}  // namespace bridge::process
