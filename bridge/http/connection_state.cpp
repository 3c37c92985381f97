#include "bridge/http/connection_state.hpp"

#include <utility>

namespace bridge::http {

void connection_state::report_departure() {
    client_left = true;
    if (current_stream != nullptr) current_stream->on_departure();
    if (const auto tell = std::exchange(on_departure, nullptr)) tell();
}

}  // namespace bridge::http
