// The keys that a request presents.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "bridge/http/request.hpp"

namespace bridge::http {

/// The places of a request from which a key is read, in a sentence for people.
inline constexpr std::string_view how_to_send_key =
    "Send the key as 'Authorization: Bearer KEY', in the header x-api-key, x-auth-token or x-functions-key, or as ?code=KEY in the URL";

/// A key that a request presents.
struct presented_key {
    std::string_view place;  ///< the part of the request that has it, in words
    std::string_view secret;
};

/// Collects the keys in the head of a request. The head must outlive this object. x-functions-key is the header of Azure Functions. Hosted clients
/// can send none but well-known headers, such as x-api-key and x-auth-token.
class presented_keys {
public:
    explicit presented_keys(const request_head& head);
    presented_keys(const presented_keys&) = delete;  // a key can be a view into `code_`
    presented_keys& operator=(const presented_keys&) = delete;

    /// The keys in the order in which they are tried. None is empty.
    std::span<const presented_key> all() const { return {keys_.data(), count_}; }

private:
    void add(std::string_view place, std::string_view secret);

    std::string code_;  // the decoded value of ?code=
    std::array<presented_key, 5> keys_{};
    std::size_t count_ = 0;
};

/// Returns the key that the Functions host looks at: that of the header, even an empty one, or else that of ?code=. Empty if there is none.
std::string functions_key(const request_head& head);

/// Returns the mistake of a request whose key was refused, in a sentence without any part of a key. It judges only the form of what was sent, so it
/// tells a stranger nothing of the keys that exist.
std::string mistake_of(const request_head& head, const presented_keys& presented);

}  // namespace bridge::http
