#include "bridge/endpoints/session_policy.hpp"

namespace bridge::endpoints {

bool session_policy::has_other_way(const session::stream& source) const {
    return is_general_ ? source.has_waiting() : source.has_message();
}

void session_policy::on_departure(session::stream& source, bool is_stream) {
    // The reply still tries to send the plain answer, but the stream accepts no more messages of the server.
    if (!is_stream) source.note_departure();
}

}  // namespace bridge::endpoints
