#include "bridge/process/forking.hpp"

namespace bridge::process {

void reset_signal_handlers() {
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, nullptr);
}

}  // namespace bridge::process
