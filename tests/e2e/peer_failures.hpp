// How other bridges and proxies failed: each case is replayed here as it happened there. The number is that of the survey of peers
// from which the cases come; the file of each is by its theme.
#pragma once

#include <string>

#include "tests/e2e/hosted_fixture.hpp"

namespace e2e {

class peer_failure : public in_both_isolations {
protected:
    /// A bridge that shows its metrics.
    static hosting shown(std::vector<std::string> arguments = {}, std::vector<std::string> flags = {}) {
        arguments.insert(arguments.end(), {"--metrics-listen", "0"});
        return how(std::move(arguments), std::move(flags));
    }
    static std::string shape(const std::string& name) { return R"({"shape":)" + json_string(name) + "}"; }
    static std::string error_of(const mcp_answer& answer) { return error_text(answer.message); }
};

}  // namespace e2e
