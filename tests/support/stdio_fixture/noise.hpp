// Output that means nothing.
#pragma once

namespace fixture {

void write_noise(int fd, long lines);
void write_noise_mib(int fd, long mib);

}  // namespace fixture
