#include "bridge/endpoints/session_policy.hpp"

namespace bridge::endpoints {

bool session_policy::has_other_way(const session::stream& source) const {
    return is_general_ ? source.has_waiting() : source.has_message();
}

}  // namespace bridge::endpoints
