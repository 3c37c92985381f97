// The places in the program that a turn of the loop passes.
#pragma once

namespace bridge::core {

/// The last place that was passed. The watch of the loop's turns (loop_watch) names it.
inline constinit const char* last_place = nullptr;

/// The place where tests inject a fault, by the name of the place (see `pass`). Does nothing in released builds.
void fault_point(const char* place);

/// Records that the current turn of the loop is at `place`, a literal such as "link.read_output". Tests can make a test build fail there:
/// they write "throw PLACE" or "spend MILLISECONDS PLACE" into the file that MCP_BRIDGE_FAULT names. The next time that the program passes
/// the place, it removes the file, and throws an exception or uses that much processor time.
inline void pass(const char* place) {
    last_place = place;
    fault_point(place);
}

/// True if tests can inject faults into this build.
bool has_fault_points();

}  // namespace bridge::core
