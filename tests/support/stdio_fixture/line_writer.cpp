#include "tests/support/stdio_fixture/line_writer.hpp"

#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

namespace fixture {
namespace {

/// Waits, within reason, until the pipe's reader took what was written: without that the kernel joins the bytes.
void wait_until_read(int fd) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    int unread = 0;
    while (::ioctl(fd, FIONREAD, &unread) == 0 && unread > 0 && std::chrono::steady_clock::now() < limit) {
        ::sched_yield();
    }
}

}  // namespace

line_writer::line_writer(std::string line_end, bool byte_order_mark, bool bytewise)
    : line_end_(std::move(line_end)), prefix_(byte_order_mark ? "\xef\xbb\xbf" : ""), bytewise_(bytewise) {}

void line_writer::write(std::string_view line) {
    if (bytewise_)
        write_bytewise(line);
    else
        write_all(1, complete(line));
}

void line_writer::write_bytewise(std::string_view line) {
    const std::string all = complete(line);
    for (std::size_t i = 0; i < all.size(); ++i) {
        write_all(1, std::string_view(all).substr(i, 1));
        wait_until_read(1);
    }
}

std::string line_writer::complete(std::string_view line) {
    std::string all = std::exchange(prefix_, {});
    all += line;
    all += line_end_;
    return all;
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(fd, bytes.data(), bytes.size());
        if (count <= 0) std::exit(0);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace fixture
