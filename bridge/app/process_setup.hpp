// What the operating system must be told before anything else.
#pragma once

namespace bridge::app {

/// Ignores SIGPIPE (a write to a dead child would end us), makes sure that descriptors 0, 1 and 2 are taken (a socket
/// that got one of them would be handed to children), and raises the limit of open files to what is allowed.
void set_up_process();

}  // namespace bridge::app
