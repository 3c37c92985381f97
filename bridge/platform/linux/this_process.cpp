#include "bridge/platform/this_process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

namespace bridge::platform {

char** environment() {
    return environ;
}

void hide_memory() {
    prctl(PR_SET_DUMPABLE, 0);
}

void set_name(const char* name) {
    prctl(PR_SET_NAME, name);
}

}  // namespace bridge::platform
