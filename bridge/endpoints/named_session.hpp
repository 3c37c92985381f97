// The session that a request names.
#pragma once

#include <memory>
#include <optional>

#include "bridge/endpoints/context.hpp"
#include "bridge/http/problem.hpp"
#include "bridge/http/request.hpp"

namespace bridge::endpoints {

/// The session that the headers of a request name, or the problem with that name.
struct named_session {
    std::shared_ptr<session::session> found;
    std::optional<problem> wrong;

    static named_session in(context& with, const request& what);
};

}  // namespace bridge::endpoints
