#include "bridge/app/remembered_server.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bridge/core/log.hpp"
#include "bridge/core/loop_watch.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/core/unique_fd.hpp"
#include "bridge/jsonrpc/find_member.hpp"

namespace bridge::app {
namespace {

using namespace std::chrono_literals;

// An answer that changes with each client is not written each time.
constexpr auto least_pause = 5s;

// Of a file: the answers, and a little around them.
constexpr std::size_t longest_file = child::known_answer::longest + 1024;

constexpr const char* version = "1";
constexpr mode_t for_the_owner = 0600;

std::string in_words(const char* path) {
    return std::string(path) + ": " + std::generic_category().message(errno);
}

std::string digest_of_server(const std::vector<std::string>& command, const std::string& directory) {
    std::string text = directory;
    for (const std::string& each : command) {
        text += '\0';
        text += each;
    }
    return core::hex_of(core::digest_of(text));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// The text of the file at `path`, at most one byte more than it may have; nothing if it cannot be opened. The child can put a pipe in its place, and
// must not make the bridge wait for somebody who writes.
std::optional<std::string> remembered_text(const std::string& path) {
    const core::unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return std::nullopt;
    std::string text(longest_file + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
}

// True if `result` is what a server can answer to `initialize`.
bool is_answer(std::string_view result) {
    return jsonrpc::find_member(result, "protocolVersion").starts_with('"') && jsonrpc::find_member(result, "capabilities").starts_with('{');
}

// True if `result` is what a server can answer to `server/discover`.
bool is_discovery(std::string_view result) {
    return jsonrpc::find_member(result, "supportedVersions").starts_with('[');
}

}  // namespace

std::string to_file(const server_facts& known) {
    std::string out = std::string(R"({"version":)") + version;
    if (known.era) out += std::string(R"(,"era":")") + (*known.era == mcp::era::modern ? "modern" : "legacy") + '"';
    if (!known.initialize_result.empty()) out += R"(,"initialize":)" + known.initialize_result;
    if (!known.discover_result.empty()) out += R"(,"discover":)" + known.discover_result;
    return out + "}\n";
}

std::optional<server_facts> from_file(std::string_view text) {
    if (text.size() > longest_file || !nlohmann::json::accept(text) || jsonrpc::find_member(text, "version") != version) return std::nullopt;
    const std::string_view era = jsonrpc::find_member(text, "era");
    server_facts out;
    if (era == R"("modern")") out.era = mcp::era::modern;
    if (era == R"("legacy")") out.era = mcp::era::legacy;
    if (!era.empty() && !out.era) return std::nullopt;
    out.initialize_result = jsonrpc::find_member(text, "initialize");
    if (!out.initialize_result.empty() && !is_answer(out.initialize_result)) return std::nullopt;
    out.discover_result = jsonrpc::find_member(text, "discover");
    const bool is_whole = !out.initialize_result.empty() && is_discovery(out.discover_result);
    if (!out.discover_result.empty() && !is_whole) return std::nullopt;
    return out;
}

remembered_server::remembered_server(const std::string& folder, const std::vector<std::string>& command, const std::string& directory,
                                     child::children& children)
    : children_(children), folder_(folder) {
    if (!folder.empty()) path_ = (std::filesystem::path(folder) / ("server-" + digest_of_server(command, directory) + ".json")).string();
}

void remembered_server::recall() {
    if (path_.empty()) return;
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
        spdlog::warn("--state-dir: {}; what is learnt of the server is forgotten at the end", core::printable(in_words(folder_.c_str())));
        path_.clear();
        return;
    }
    const std::optional<std::string> text = remembered_text(path_);
    if (!text) return;
    const std::optional<server_facts> known = from_file(*text);
    if (!known) {
        spdlog::warn("--state-dir: {} is damaged and counts as empty; it is written anew when the server has answered", core::printable(path_));
        return;
    }
    saved_ = *known;
    if (known->era) children_.era().recall(*known->era);
    children_.answer().record(known->initialize_result, known->discover_result);
    spdlog::debug("recalled the server from {}", core::printable(path_));
}

server_facts remembered_server::current() const {
    const child::known_answer& answer = children_.answer();
    return {.era = children_.era().learnt(), .initialize_result = answer.result(), .discover_result = answer.discovered()};
}

void remembered_server::save(core::clock::time_point now, bool is_last) {
    if (path_.empty() || (!is_last && last_write_ && now - *last_write_ < least_pause)) return;
    server_facts known = current();
    // A failure teaches nothing.
    if (!known.era || known == saved_) return;
    last_write_ = now;
    const std::string failure = write(to_file(known));
    if (failure.empty()) saved_ = std::move(known);
    if (!failure.empty() && !has_failed_) spdlog::warn("--state-dir: {}; it is tried again", core::printable(failure));
    has_failed_ = !failure.empty();
}

// A reader finds the old text or the new one, whenever the machine stops. Returns the failure in words.
std::string remembered_server::write(const std::string& text) const {
    const core::long_step_scope step(core::long_step::write_state);
    const std::string fresh = path_ + '.' + std::to_string(::getpid());
    const core::unique_fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, for_the_owner));
    if (file.get() < 0) return in_words(fresh.c_str());
    const bool is_written = write_all(file.get(), text) && ::fsync(file.get()) == 0;
    if (!is_written || std::rename(fresh.c_str(), path_.c_str()) != 0) {
        std::string failure = in_words(path_.c_str());
        ::unlink(fresh.c_str());
        return failure;
    }
    const core::unique_fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) ::fsync(folder.get());
    return {};
}

}  // namespace bridge::app
