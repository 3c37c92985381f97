// The authentication of requests by keys and by a platform's sign-in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/principal.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/http/request.hpp"

namespace bridge::http {

class presented_keys;

/// An access key and the name of its holder. The bridge may log the name, but never the secret. If only the digest is known, `secret` is
/// empty.
struct key {
    std::string name;
    std::string secret{};
    std::optional<core::digest> digest{};
};

/// The principal of every request when no keys are configured.
inline constexpr std::string_view anonymous = core::anonymous_principal;

/// The prefix of the principal of a signed-in user. No key's name may begin with it, so a key's holder is never mistaken for a user.
inline constexpr std::string_view user_prefix = "user:";

/// The prefix of the principal of the holder of a key of the Functions host, which a digest of that key follows. It is reserved as `user_prefix` is.
inline constexpr std::string_view functions_key_prefix = "functions-key:";

/// The checks that a platform in front of the bridge makes before the bridge gets a request. Any client can send the headers of a platform that is
/// not there, so the bridge ignores them then.
struct platform_checks {
    /// The platform signs users in, names them in X-MS-CLIENT-PRINCIPAL-ID and lets no client send that header itself (App Service authentication).
    bool has_sign_in = false;
    /// The platform admits only requests with one of its keys (the Functions host), and each key has one holder.
    bool has_personal_keys = false;
};

/// The principal of a request, and the key that identifies it; no key if the bridge asks for none.
struct caller {
    std::string principal;
    std::optional<core::digest> key{};
};

class authenticator {
public:
    explicit authenticator(const std::vector<key>& keys, platform_checks platform = {});

    /// Replaces all keys, from the next request on.
    void replace(const std::vector<key>& keys);

    bool wants_keys() const { return !entries_.empty(); }

    /// Returns the caller. Returns nothing if a key is required and no presented key is right, or if the platform's id is invalid. The
    /// principal of a signed-in user is "user:" and the platform's id, of at most 128 printable characters; otherwise it is the name of the
    /// key's holder; otherwise, if the platform has checked a key of its own, a digest of that key. All `presented_keys` are tried: behind the
    /// Functions host the first and the last can be the host's own. Takes the same time whichever key is right, or if none is.
    std::optional<caller> authenticate(const request_head& head) const;

    /// Returns why `authenticate` refused the request, and how a key is sent, in sentences for the client. Quotes nothing of the request.
    std::string refusal_reason(const request_head& head) const;

    /// Returns the places in `head` that present a key, in words, if no presented key is right. Returns an empty text if a key is right, or
    /// if there is no key at all.
    std::string wrong_key(const request_head& head) const;

    /// True until the key is removed.
    bool has(const core::digest& key) const;

private:
    struct entry {
        std::string name;
        core::digest key;
    };
    const entry* entry_in(const presented_keys& presented) const;
    const entry* entry_of(std::string_view secret) const;

    std::vector<entry> entries_;
    platform_checks platform_;
};

}  // namespace bridge::http
