#include "bridge/http/authentication.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include "bridge/core/secret.hpp"

namespace bridge::http {
namespace {

constexpr std::string_view bearer = "Bearer ";

std::string_view bearer_token(std::string_view authorization) {
    if (!same_name(authorization.substr(0, bearer.size()), bearer)) return {};
    authorization.remove_prefix(bearer.size());
    const std::size_t start = authorization.find_first_not_of(' ');
    return start == std::string_view::npos ? std::string_view{} : authorization.substr(start);
}

// The decoded value of the query's parameter `code`. A '+' stays one, so that a key pasted as it is works.
std::string code_of(std::string_view query) {
    if (query.empty()) return {};
    const auto parameters = boost::urls::parse_query(query);
    if (!parameters) return {};
    for (const auto parameter : *parameters) {
        if (parameter.key == "code" && parameter.has_value) return parameter.value.decode();
    }
    return {};
}

}  // namespace

std::optional<std::string_view> authenticator::holder_of(std::string_view secret) const {
    std::optional<std::string_view> holder;
    for (const key& each : keys_) {
        if (core::same_secret(each.secret, secret)) holder = each.name;
    }
    return holder;
}

std::optional<std::string_view> authenticator::principal_of(const request_head& head) const {
    if (!wants_keys()) return anonymous;
    if (head.functions_key && !head.functions_key->empty()) {
        if (const auto holder = holder_of(*head.functions_key)) return holder;
    }
    if (const std::string_view token = bearer_token(head.authorization); !token.empty()) {
        if (const auto holder = holder_of(token)) return holder;
    }
    if (const std::string code = code_of(head.query); !code.empty()) return holder_of(code);
    return std::nullopt;
}

}  // namespace bridge::http
