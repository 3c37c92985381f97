// Runs a fuzz target over kept inputs, without libFuzzer: replay FILE_OR_FOLDER...
//
// The compiler of the other tests builds it, so that the kept corpora are tested without a second compiler. New inputs need libFuzzer
// (tests/fuzz/run).
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(path)) {
        files.push_back(path);
        return files;
    }
    for (const auto& each : std::filesystem::directory_iterator(path)) files.push_back(each.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t inputs = 0;
    for (int i = 1; i < argc; ++i) {
        for (const std::filesystem::path& file : files_in(argv[i])) {
            // A target that finds a fault ends the program, so the last name on stdout is that of the input.
            std::cout << file.string() << std::endl;
            std::ifstream in(file, std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            if (!in) {
                std::cerr << "replay: cannot read " << file.string() << '\n';
                return 1;
            }
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++inputs;
        }
    }
    if (inputs == 0) {
        std::cerr << "replay: no inputs; usage: replay FILE_OR_FOLDER...\n";
        return 2;
    }
    std::cout << inputs << " inputs replayed\n";
}
