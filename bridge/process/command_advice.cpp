#include "bridge/process/command_advice.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

namespace bridge::process {
namespace {

// Longer first lines are not read: the kernel reads 256 bytes of a line that names an interpreter.
constexpr std::size_t longest_beginning = 256;

// The first bytes of a program (ELF specification, e_ident).
constexpr std::string_view elf_magic = "\177ELF";

using row = std::pair<std::string_view, std::string_view>;

// Programs with which people start MCP servers, and the ways to get them.
constexpr std::array<row, 12> sources = {{
    {"npx", "npx comes with Node.js (on Debian: apt-get install npm)"},
    {"npm", "npm comes with Node.js (on Debian: apt-get install npm)"},
    {"node", "node is Node.js (on Debian: apt-get install nodejs)"},
    {"uvx", "uvx comes with uv (on Debian: apt-get install pipx, then pipx install uv)"},
    {"uv", "on Debian: apt-get install pipx, then pipx install uv"},
    {"docker", "docker comes with Docker (on Debian: apt-get install docker.io)"},
    {"dnx", "dnx comes with the .NET SDK 10 or newer, which also starts it as: dotnet dnx"},
    {"dotnet", "dotnet comes with the .NET SDK"},
    {"python", "Debian calls it python3"},
    {"python3", "on Debian: apt-get install python3"},
    {"java", "on Debian: apt-get install default-jre-headless"},
    {"cmd", "cmd is the shell of Windows; name the program behind /c itself"},
}};

// Files that an interpreter or a runtime starts, by the ends of their names.
constexpr std::array<row, 9> interpreters = {{
    {".py", "python3"},
    {".js", "node"},
    {".mjs", "node"},
    {".cjs", "node"},
    {".ts", "npx tsx"},
    {".sh", "sh"},
    {".rb", "ruby"},
    {".jar", "java -jar"},
    {".dll", "dotnet"},
}};

std::string beginning_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(longest_beginning, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

bool is_bare(std::string_view executable) {
    return executable.find('/') == std::string_view::npos;
}

std::string advice_for_missing(const std::string& executable) {
    struct stat info {};
    const std::size_t space = executable.find(' ');
    const std::string first = executable.substr(0, space);
    // A path with a space in it can be the path of one file.
    if (space != std::string::npos && !first.empty() && (is_bare(first) || stat(first.c_str(), &info) == 0)) {
        return "; this is a whole command line in one word: drop the quotes around it, or in a file put all words but the first into \"args\"";
    }
    std::string out = is_bare(executable) ? "; no folder of PATH has it" : "";
    const auto* const found = std::ranges::find(sources, std::string_view(executable).substr(executable.find_last_of('/') + 1), &row::first);
    if (found != sources.end()) out += "; " + std::string(found->second);
    return out;
}

// Advice for a file that is there and is no program.
std::string advice_for_file(const std::string& path, int error) {
    const auto* const found = std::ranges::find_if(interpreters, [&](const row& each) { return path.ends_with(each.first); });
    if (found != interpreters.end()) return "; it is no program by itself; start it with: " + std::string(found->second) + ' ' + path;
    if (path.ends_with(".json")) return "; it is a JSON file; one that names the server is given with --config";
    const std::string beginning = beginning_of(path);
    if (beginning.starts_with(elf_magic)) return error == ENOEXEC ? "; it is a program for another kind of machine" : "";
    const bool is_text = beginning.find('\0') == std::string::npos && std::ranges::none_of(beginning, [](char c) { return c > 0 && c < '\t'; });
    if (!is_text || beginning.starts_with("#!")) return "";
    return "; it is a text file, not a program; start it with the program that reads it, or let its first line name that program (#!)";
}

// Advice for a script whose interpreter does not exist.
std::string advice_for_interpreter(const std::string& path) {
    const std::string beginning = beginning_of(path);
    if (!beginning.starts_with("#!")) return "";
    const std::string line = beginning.substr(2, beginning.find('\n') - 2);
    if (line.ends_with('\r')) return "; its first line ends like a line of Windows (CR LF); save the file with the line ends of Unix";
    return "; its first line names '" + line + "'";
}

}  // namespace

std::string command_advice(const std::string& executable, int error) {
    struct stat info {};
    if (is_bare(executable) ? error == ENOENT : stat(executable.c_str(), &info) != 0) return advice_for_missing(executable);
    if (is_bare(executable)) return "";
    if (S_ISDIR(info.st_mode)) return "; it is a folder; name the program in it";
    if (error == EACCES || error == ENOEXEC) return advice_for_file(executable, error);
    return error == ENOENT ? advice_for_interpreter(executable) : "";
}

bool begins_like_program(const std::string& path) {
    const std::string beginning = beginning_of(path);
    return beginning.starts_with("#!") || beginning.starts_with(elf_magic);
}

}  // namespace bridge::process
