// Who a request comes from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/principal.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/http/request.hpp"

namespace bridge::http {

/// An access key and the name of its holder. The name may be logged, the secret never. Where only the digest is known, `secret` is empty.
struct key {
    std::string name;
    std::string secret{};
    std::optional<core::digest> digest{};
};

/// The principal of every request when no keys are asked for.
inline constexpr std::string_view anonymous = core::anonymous_principal;

/// Begins the principal of somebody who has signed in, so that no key's holder is taken for them: no key's name may begin with it.
inline constexpr std::string_view user_prefix = "user:";

/// Who a request comes from, and the key that says so; no key if none is wanted.
struct caller {
    std::string principal;
    std::optional<core::digest> key{};
};

class authenticator {
public:
    /// `has_sign_in`: a platform in front has people sign in, says who they are in X-MS-CLIENT-PRINCIPAL-ID and lets no client
    /// send that itself (App Service authentication). Without it the header could be anyone's and is not looked at.
    explicit authenticator(const std::vector<key>& keys, bool has_sign_in = false);

    /// Replaces all keys, from the next request on.
    void replace(const std::vector<key>& keys);

    bool wants_keys() const { return !entries_.empty(); }

    /// The caller, or nothing if a key is wanted and none of those presented is right, or if who has signed in cannot be told. Who
    /// has signed in is "user:" and the platform's id, of at most 128 printable characters; else it is the key's holder. A key is taken from
    /// `x-functions-key`, from `Authorization: Bearer` and from `?code=`. All presented are tried: behind the Functions
    /// host the first and the last can be the host's own. Takes the same time whichever key is right, or none.
    std::optional<caller> authenticate(const request_head& head) const;

    /// Where `head` presents a key, in words, if none that it presents is right. Empty if one is, or if there is none at all.
    std::string wrong_key(const request_head& head) const;

    /// False once the key was removed.
    bool has(const core::digest& key) const;

private:
    struct entry {
        std::string name;
        core::digest key;
    };
    const entry* entry_in(const request_head& head) const;
    const entry* entry_of(std::string_view secret) const;

    std::vector<entry> entries_;
    bool has_sign_in_;
};

}  // namespace bridge::http
