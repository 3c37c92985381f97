// Who a request comes from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// An access key and the name of whoever holds it. The name may be logged, the secret never.
struct key {
    std::string name;
    std::string secret;
};

/// The principal of every request when no keys are asked for.
inline constexpr std::string_view anonymous = "anonymous";

class authenticator {
public:
    explicit authenticator(std::vector<key> keys) : keys_(std::move(keys)) {}

    bool wants_keys() const { return !keys_.empty(); }

    /// The principal, or nothing if a key is wanted and none of those presented is right. A key is taken from
    /// `x-functions-key`, from `Authorization: Bearer` and from `?code=`. All presented are tried: behind the Functions
    /// host the first and the last can be the host's own. Takes the same time whichever key is right, or none.
    std::optional<std::string_view> principal_of(const request_head& head) const;

private:
    std::optional<std::string_view> holder_of(std::string_view secret) const;

    std::vector<key> keys_;
};

}  // namespace bridge::http
