// The limit that no bridge can beat: tools/call round trips straight over the server's pipes.
//
//   direct_stdio DEPTH COUNT echo|sink|blob SIZE COMMAND [ARGS]     prints "RESULT rps=... us=..."
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

struct server {
    pid_t pid = -1;
    int to = -1;
    int from = -1;
};

server start(char** command) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) std::exit(1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    server started;
    if (::posix_spawnp(&started.pid, command[0], &actions, nullptr, command, environ) != 0) std::exit(1);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    started.to = in[1];
    started.from = out[0];
    return started;
}

std::string arguments_of(std::string_view tool, std::size_t size) {
    if (tool == "blob") return R"({"n":)" + std::to_string(size) + "}";
    return R"({"text":")" + std::string(size, 'x') + R"("})";
}

void send(int fd, long id, const std::string& rest) {
    const std::string message = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + rest;
    for (std::string_view left = message; !left.empty();) {
        const auto count = ::write(fd, left.data(), left.size());
        if (count <= 0) std::exit(1);
        left.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fputs("usage: direct_stdio DEPTH COUNT echo|sink|blob SIZE COMMAND [ARGS]\n", stderr);
        return 2;
    }
    const long depth = std::atol(argv[1]);
    const long count = std::atol(argv[2]);
    const std::string tool = argv[3];
    const std::string rest =
        R"(,"method":"tools/call","params":{"name":")" + tool + R"(","arguments":)" + arguments_of(tool, std::strtoul(argv[4], nullptr, 10)) + "}}\n";
    const server child = start(argv + 5);

    const auto begin = std::chrono::steady_clock::now();
    long sent = 0;
    long answered = 0;
    while (sent < std::min(depth, count)) send(child.to, ++sent, rest);
    static char chunk[1 << 16];
    while (answered < count) {
        const auto size = ::read(child.from, chunk, sizeof chunk);
        if (size <= 0) return 1;
        // An answer of 1 MiB is many chunks without a line end.
        std::string_view left(chunk, static_cast<std::size_t>(size));
        for (std::size_t end; (end = left.find('\n')) != left.npos; left.remove_prefix(end + 1)) {
            ++answered;
            if (sent < count) send(child.to, ++sent, rest);
        }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const auto trips = static_cast<double>(count);
    std::printf("RESULT rps=%.0f us=%.2f\n", trips / seconds, 1e6 * seconds / trips);
    ::close(child.to);
    ::waitpid(child.pid, nullptr, 0);
}
