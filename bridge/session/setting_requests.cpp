#include "bridge/session/setting_requests.hpp"

#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/text.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::session {
namespace {

// The longest level that the specification names has 11 bytes with its quotes.
constexpr std::size_t longest_level = 64;

// A limit on the params. The child may accept longer params, but the bridge does not repeat them in a new child.
constexpr std::size_t longest_setting = 64 * 1024;

bool end_subscription(const setting_client& client, const std::string& uri, exchange& call) {
    subscriptions& all = client.settings->subscribed();
    // A shared child receives an `unsubscribe` only if it ends a subscription of this client, and no other client has that subscription. It receives
    // none while other clients are subscribed to that resource, and none for a subscription that this client does not have, because the server could
    // read the URI as another spelling of another client's URI.
    const bool was_subscribed = all.has(client.session, uri);
    const bool was_last = all.remove(client.session, uri);
    if (!client.is_shared || (was_subscribed && was_last)) return false;
    call.conclude("{}");
    return true;
}

bool begin_subscription(const setting_client& client, const std::string& uri, exchange& call) {
    subscriptions& all = client.settings->subscribed();
    // A client that is subscribed already stays subscribed if the child refuses the second request.
    if (all.has(client.session, uri)) return false;
    const subscribing outcome = all.add({.name = client.session, .client = client.session, .account = client.account}, uri);
    if (outcome != subscribing::done) {
        if (outcome == subscribing::no_memory) {
            client.account->budget().report(core::memory_measure::message_refused, "a subscription of a client was refused");
        } else {
            core::meters().count_hit(core::bound::subscriptions);
        }
        call.refuse(all.reason_of(outcome));
        return true;
    }
    call.when_settled([settings = client.settings, session = client.session, uri](bool has_result) {
        if (!has_result) settings->subscribed().remove(session, uri);
    });
    return false;
}

}  // namespace

bool review_setting(const setting_client& client, const jsonrpc::envelope& message, exchange& call) {
    const bool begins = message.is_method(mcp::method::subscribe);
    const bool is_subscription = begins || message.is_method(mcp::method::unsubscribe);
    if (message.params.size() > longest_setting) {
        if (!is_subscription || !client.is_shared) return false;
        // A request that the bridge cannot read could end another client's subscription.
        call.refuse("the params have more than " + std::to_string(longest_setting) + " bytes", jsonrpc::error_code::invalid_params);
        return true;
    }
    if (message.is_method(mcp::method::set_level)) {
        std::string level(jsonrpc::find_member(message.params, "level"));
        if (level.size() > longest_level) return false;
        call.when_settled([settings = client.settings, level = std::move(level)](bool has_result) {
            if (has_result) settings->record_level(level);
        });
        return false;
    }
    if (!is_subscription) return false;
    const std::string_view raw = jsonrpc::find_member(message.params, "uri");
    if (!raw.starts_with('"')) return false;
    const std::string uri = jsonrpc::decode_string(raw);
    return begins ? begin_subscription(client, uri, call) : end_subscription(client, uri, call);
}

}  // namespace bridge::session
