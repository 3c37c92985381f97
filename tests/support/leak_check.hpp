// Fails a test that leaves a file descriptor open or a dead child unreaped.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace test_support {

class leak_check final : public testing::EmptyTestEventListener {
public:
    void OnTestStart(const testing::TestInfo&) override;
    void OnTestEnd(const testing::TestInfo&) override;

private:
    std::map<std::string, std::string> open_before_;  ///< descriptor -> what it is
};

}  // namespace test_support
