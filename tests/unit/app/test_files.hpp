// Reading a file of servers in a test, with variables and a workspace of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bridge/app/server_file.hpp"

namespace bridge::app {

using strings = std::vector<std::string>;

/// The machine on which the files of a test are read.
class test_files {
public:
    test_files(std::map<std::string, std::string> variables, std::string workspace)
        : variables_(std::move(variables)), workspace_(std::move(workspace)) {}

    std::variant<server_file, file_mistake> read(std::string_view text, const std::string& wanted = {}) const {
        const auto variables = [this](const std::string& name) -> std::optional<std::string> {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::nullopt : std::optional(found->second);
        };
        return read_server_file(text, wanted, {.variables = variables, .workspace = workspace_});
    }

    /// Reads a file that must be right.
    server_file read_well(std::string_view text, const std::string& wanted = {}) const {
        auto out = read(text, wanted);
        if (const auto* mistake = std::get_if<file_mistake>(&out)) {
            ADD_FAILURE() << in_words(*mistake);
            return {};
        }
        return std::get<server_file>(std::move(out));
    }

    /// The mistake in a file: its line, place and text.
    std::string mistake_in(std::string_view text, const std::string& wanted = {}) const {
        auto out = read(text, wanted);
        const auto* mistake = std::get_if<file_mistake>(&out);
        return mistake != nullptr ? in_words(*mistake) : "no mistake";
    }

private:
    static std::string in_words(const file_mistake& mistake) { return std::to_string(mistake.line) + ": " + mistake.place + ": " + mistake.text; }

    std::map<std::string, std::string> variables_;
    std::string workspace_;
};

}  // namespace bridge::app
