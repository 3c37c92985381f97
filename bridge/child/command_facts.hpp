// The facts that the answers of a command's processes have taught.
#pragma once

#include "bridge/child/command_era.hpp"
#include "bridge/child/known_answer.hpp"

namespace bridge::child {

struct command_facts {
    command_era era;
    known_answer answer;
};

}  // namespace bridge::child
