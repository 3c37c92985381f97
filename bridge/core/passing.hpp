// Where in the program a turn of the loop is.
#pragma once


namespace bridge::core {

/// The last place that was passed: what the watch of the loop's turns names (see loop_watch).
inline constinit const char* last_place = nullptr;

/// Tests switch faults on by the name of a place (see `pass`). Does nothing in what ships.
void fault_point(const char* place);

/// Says that a turn of the loop is at `place`, a literal such as "link.read_output". A build for tests can be told to fail there: the
/// file that MCP_BRIDGE_FAULT names holds "throw PLACE" or "spend MILLISECONDS PLACE"; the next time that place is passed the
/// file is removed, and an exception thrown or so much processor time spent.
inline void pass(const char* place) {
    last_place = place;
    fault_point(place);
}

/// True if this build can be told to fail.
bool has_fault_points();

}  // namespace bridge::core
