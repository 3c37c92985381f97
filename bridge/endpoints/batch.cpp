#include "bridge/endpoints/batch.hpp"

#include <algorithm>

#include "bridge/child/sliced_reading.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/core/metrics.hpp"
#include "bridge/core/recycling.hpp"
#include "bridge/core/turn.hpp"
#include "bridge/endpoints/client_message.hpp"
#include "bridge/endpoints/message_body.hpp"
#include "bridge/endpoints/named_session.hpp"
#include "bridge/endpoints/session_policy.hpp"
#include "bridge/endpoints/stream_reply.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::endpoints {
namespace {

namespace error_code = jsonrpc::error_code;
using jsonrpc::batch_member;
using jsonrpc::envelope;
using jsonrpc::message_kind;

using members = std::vector<batch_member>;

problem refused_batch(std::string text) {
    return {statuses::bad_request, error_code::invalid_request, "Invalid Request: " + std::move(text), {}};
}

// The session of the batch, if it is one that has batches.
named_session batch_session(endpoint_context& context, const request& http_request) {
    if (http_request.head.session_id.empty()) {
        return {.found = {}, .wrong = refused_batch("a batch without a session; open one with initialize, which is no part of a batch")};
    }
    named_session out = named_session::by_header(context, http_request);
    if (!out.wrong && out.found->revision() != mcp::revision::r2025_03_26) {
        out.wrong = refused_batch("a batch, which only revision 2025-03-26 has; this session speaks " + out.found->version());
    }
    return out;
}

bool is_request(const batch_member& each) {
    return each.message() != nullptr && each.message()->kind == message_kind::request;
}

bool is_bad(const batch_member& each) {
    return each.fault() != nullptr;
}

std::string error_text(std::string_view id, const problem& refusal) {
    std::string out;
    jsonrpc::append_error(out, id, refusal.code, refusal.text);
    return out;
}

std::string error_text(const jsonrpc::read_error& fault) {
    return error_text(echoed_id(fault.id), unreadable_message(fault));
}

// Marks messages with a part that the bridge would keep and that is too long as bad members.
void mark_too_long(members& all) {
    for (batch_member& each : all) {
        if (each.message() == nullptr) continue;
        const envelope message = *each.message();
        if (auto wrong = jsonrpc::too_long_part(message); !wrong.empty()) {
            each.read = jsonrpc::read_error{.code = core::errc::not_json_rpc, .text = std::move(wrong), .id = message.id};
        }
    }
}

// Sends the request to the child, or returns the reason why it cannot.
std::optional<problem> send_member(session::session& client_session, const envelope& message, const std::shared_ptr<session::stream>& out,
                                   core::clock::time_point now, std::string* text) {
    // "The initialize request MUST NOT be part of a JSON-RPC batch" (specification 2025-03-26, Lifecycle).
    if (message.is_method(mcp::method::initialize)) return refused_batch("initialize must not be part of a batch");
    return send_request(client_session, message, out, now, text);
}

// There is no memory for the copy of a large member, for which `held` would have paid.
void refuse_for_memory(session::stream& out, const batch_member& refused, const core::memory_charge& held) {
    held.account()->budget().report(core::memory_measure::message_refused, "a member of a batch was not sent");
    if (!is_request(refused)) return;
    const problem no_memory{
        statuses::unavailable, error_code::internal_error, "there is no memory for so large a member of a batch at the moment (--max-memory)", {}};
    out.push_answer(error_text(refused.message()->id, no_memory));
}

// Sends each member; its time begins at `now`. Errors that are known at once go to `out`.
core::task<void> send_members(endpoint_context& context, session::session& client_session, const members& all, std::shared_ptr<session::stream> out,
                              core::clock::time_point now) {
    core::turn turn(context.listener.executor);
    for (const batch_member& each : all) {
        if (is_bad(each)) {
            out->push_answer(error_text(*each.fault()));
            continue;
        }
        // A large member is copied in slices, once; its copy becomes the line for the child. It is read again, because it was not read as a large
        // message.
        std::string copy;
        core::memory_charge held(client_session.payer(), core::memory_use::request_body);
        envelope message = *each.message();
        if (each.raw.size() > jsonrpc::slice_bytes) {
            if (!held.may_grow_to(each.raw.size())) {
                refuse_for_memory(*out, each, held);
                continue;
            }
            held.set(each.raw.size());
            co_await child::copy_in_slices(context.listener.executor, copy, each.raw, message.has_line_breaks);
            const jsonrpc::read_outcome read = co_await child::read_in_slices(context.listener.executor, copy, context.listener.bounds.json_depth);
            message = std::get<envelope>(read);
            held.set(core::capacity_of(copy) + (message.known ? message.known->cost() : 0));
        }
        if (!is_request(each)) {
            client_session.receive(message, core::clock::now(), &copy);
        } else if (const auto refused = send_member(client_session, message, out, now, &copy)) {
            out->push_answer(error_text(each.message()->id, *refused));
        }
        if (turn.is_over()) co_await turn.next();
    }
}

core::task<void> answer_requests(endpoint_context& context, std::shared_ptr<session::session> client_session, const request& http_request,
                                 members all, reply& http_reply) {
    const auto now = core::clock::now();
    const accepted types = accepted::read(http_request.head.accept);
    const auto owed = std::ranges::count_if(all, [](const batch_member& each) { return is_request(each) || is_bad(each); });
    const auto out = core::make_recycled<session::stream>(context.listener.executor, context.listener.bounds, static_cast<std::size_t>(owed),
                                                          client_session->payer());
    session_policy policy(*client_session, *out);
    stream_reply answering(context, policy, out, http_reply,
                           {.may_stream = types.stream && context.streams_replies, .must_stream = !types.json, .is_batch = true}, now);
    co_await send_members(context, *client_session, all, out, now);
    all = {};
    http_request.drop_body();
    co_await answering.run();
}

// Serves a batch without requests: accepts the valid members, and reports the others.
core::task<void> accept_messages(endpoint_context& context, std::shared_ptr<session::session> client_session, members all, reply& http_reply) {
    std::string faults;
    bool is_unreadable = false;
    for (const batch_member& each : all) {
        if (!is_bad(each)) continue;
        is_unreadable |= each.fault()->code != core::errc::ambiguous_names;
        faults += faults.empty() ? '[' : ',';
        faults += error_text(*each.fault());
    }
    std::erase_if(all, is_bad);
    co_await send_members(context, *client_session, all, nullptr, core::clock::now());
    const bool is_good = faults.empty();
    if (!is_good) faults += ']';
    const status outcome = is_good ? statuses::accepted : is_unreadable ? statuses::bad_request : statuses::ok;
    const std::string_view type = is_good ? std::string_view() : json_type;
    co_await http_reply.send(outcome, type, std::move(faults));
}

// The members of the batch, up to one more than the limit.
core::task<members> read_members(endpoint_context& context, std::string_view text) {
    members out;
    jsonrpc::batch_reader reading(text, context.listener.bounds.json_depth);
    core::turn turn(context.listener.executor);
    while (out.size() <= context.listener.bounds.batch_messages) {
        while (!reading.advance()) {
            if (turn.is_over()) co_await turn.next();
        }
        std::optional<batch_member> member = reading.remove_member();
        if (!member) break;
        out.push_back(*std::move(member));
    }
    co_return out;
}

}  // namespace

core::task<void> serve_batch(endpoint_context& context, const request& http_request, reply& http_reply) {
    if (!accepted::read(http_request.head.accept).json && !context.streams_replies) {
        problem wrong = only_json();
        co_await send_problem(http_reply, std::move(wrong));
        co_return;
    }
    named_session named = batch_session(context, http_request);
    std::optional<problem> wrong = std::move(named.wrong);
    members all;
    if (!wrong) {
        all = co_await read_members(context, http_request.body);
        if (all.empty()) wrong = refused_batch("an empty batch");
        const std::size_t most = context.listener.bounds.batch_messages;
        if (all.size() > most) {
            core::meters().count_hit(core::bound::batch);
            wrong = refused_batch("a batch of more than " + std::to_string(most) + " messages");
        }
        mark_too_long(all);
    }
    if (wrong) {
        problem refused = *std::move(wrong);
        co_await send_problem(http_reply, std::move(refused));
    } else if (std::ranges::none_of(all, is_request)) {
        co_await accept_messages(context, std::move(named.found), std::move(all), http_reply);
    } else {
        co_await answer_requests(context, std::move(named.found), http_request, std::move(all), http_reply);
    }
}

}  // namespace bridge::endpoints
