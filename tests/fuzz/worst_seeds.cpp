// Writes the worst cases of tests/support/worst_cases.cpp as inputs of the targets that count steps: worst_seeds FOLDER makes
// FOLDER/envelope and FOLDER/redactor.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/support/worst_cases.hpp"

namespace {

constexpr std::size_t bytes = 32 * 1024;

void write(const std::filesystem::path& folder, std::string name, const std::string& head, const std::string& text) {
    for (char& each : name) {
        if (each == ' ') each = '_';
    }
    std::filesystem::create_directories(folder);
    std::ofstream(folder / ("worst_" + name), std::ios::binary) << head << text;
}

// The secret, one that begins with it, and one of which it is the end; shown up to 1020 bytes.
std::string secrets() {
    const std::string secret = test_support::repeated_secret;
    std::string out = "\xFF\x03";
    for (const std::string& each : {secret, secret + secret + 'b', 'b' + secret}) out += each + '\0';
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: worst_seeds FOLDER\n";
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    for (const auto cases : {test_support::worst_messages(), test_support::worst_batches(), test_support::worst_garbage()}) {
        for (const test_support::worst_case& each : cases) write(folder / "envelope", each.name, "\x05", each.make(bytes));
    }
    for (const test_support::worst_case& each : test_support::worst_garbage()) write(folder / "redactor", each.name, secrets(), each.make(bytes));
}
