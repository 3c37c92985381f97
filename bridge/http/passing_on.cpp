#include "bridge/http/passing_on.hpp"

#include <spdlog/spdlog.h>

#include "bridge/core/unique_fd.hpp"

namespace bridge::http {
namespace {

// Closing would not remove the socket from the epoll descriptor, because the other process has it open; releasing does.
bool settle(passing outcome, connection& client) {
    if (outcome != passing::passed && outcome != passing::unclear) return false;
    boost::system::error_code ignored;
    const core::unique_fd released(client.peer.release(ignored));
    return true;
}

}  // namespace

bool belongs_elsewhere(const connection_passing& others, const request_handler& handler, const request_head& head, const admission& decision) {
    if (!others.is_succeeded() && !others.has_predecessor()) return false;
    const std::string_view session = handler.session_of(head);
    if (!session.empty() && handler.has_session(session)) return false;
    return others.is_succeeded() || (!session.empty() && !decision.refused);
}

core::task<passing> pass_request(connection_passing& others, const request_handler& handler, connection& client, const incoming_request& incoming,
                                 std::string unparsed) {
    std::string received = incoming.head_in_words() + unparsed;
    const int descriptor = client.peer.native_handle();
    passing outcome = passing::stays;
    if (others.is_succeeded()) {
        outcome = co_await others.pass_to_successor(descriptor, std::move(received));
        // A process that cannot reach the next one serves what it can.
        if (outcome == passing::busy) outcome = passing::stays;
    } else {
        std::string session(handler.session_of(incoming.head()));
        outcome = co_await others.pass_to_owner(descriptor, std::move(session), std::move(received));
    }
    if (settle(outcome, client)) spdlog::debug("passed a request on, {}", others.is_succeeded() ? "to the next process" : "to its owner");
    co_return outcome;
}

core::task<passing> pass_read_request(connection_passing& others, connection& client, incoming_request& incoming, std::string name,
                                      std::string unparsed) {
    std::string received = incoming.text() + unparsed;
    const passing outcome = co_await others.pass_to_owner(client.peer.native_handle(), std::move(name), std::move(received));
    if (settle(outcome, client)) spdlog::debug("passed a request on, to its owner");
    co_return outcome;
}

core::task<bool> pass_idle(connection_passing& others, connection& client, std::string unparsed) {
    const passing outcome = co_await others.pass_to_successor(client.peer.native_handle(), std::move(unparsed));
    co_return settle(outcome, client);
}

}  // namespace bridge::http
