// Who a request comes from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/http/request.hpp"
#include "bridge/session/session.hpp"

namespace bridge::http {

/// An access key and the name of whoever holds it. The name may be logged, the secret never.
struct key {
    std::string name;
    std::string secret;
};

/// The principal of every request when no keys are asked for.
inline constexpr std::string_view anonymous = session::anonymous_principal;

class authenticator {
public:
    /// `has_sign_in`: a platform in front has people sign in, says who they are in X-MS-CLIENT-PRINCIPAL-ID and lets no client
    /// send that itself (App Service authentication). Without it the header could be anyone's and is not looked at.
    explicit authenticator(std::vector<key> keys, bool has_sign_in = false) : keys_(std::move(keys)), has_sign_in_(has_sign_in) {}

    bool wants_keys() const { return !keys_.empty(); }

    /// The principal, or nothing if a key is wanted and none of those presented is right, or if who has signed in cannot be told. Who
    /// has signed in is "user:" and the platform's id, of at most 128 printable characters; else it is the key's holder. A key is taken from
    /// `x-functions-key`, from `Authorization: Bearer` and from `?code=`. All presented are tried: behind the Functions
    /// host the first and the last can be the host's own. Takes the same time whichever key is right, or none.
    std::optional<std::string> principal_of(const request_head& head) const;

private:
    std::optional<std::string_view> key_holder(const request_head& head) const;
    std::optional<std::string_view> holder_of(std::string_view secret) const;

    std::vector<key> keys_;
    bool has_sign_in_;
};

}  // namespace bridge::http
