// A folder for one test, removed with everything in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace test_support {

class temp_folder {
public:
    temp_folder();
    ~temp_folder();
    temp_folder(const temp_folder&) = delete;
    temp_folder& operator=(const temp_folder&) = delete;

    /// The path of a file in it, which need not exist yet.
    std::string path(std::string_view name) const;
    /// Writes a file and gives its path.
    std::string file(std::string_view name, std::string_view text) const;

private:
    std::string path_;
};

/// The lines of a file without their ends; none if there is no such file.
std::vector<std::string> lines_of(const std::string& path);

}  // namespace test_support
