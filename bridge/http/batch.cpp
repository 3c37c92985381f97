#include "bridge/http/batch.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/http/client_message.hpp"
#include "bridge/http/message_body.hpp"
#include "bridge/http/named_session.hpp"
#include "bridge/http/stream_reply.hpp"
#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/lengths.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/names.hpp"

namespace bridge::http {
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
named_session batch_session(context& with, const request& what) {
    if (what.head.session_id.empty()) {
        return {.found = {},
                .wrong = refused_batch("a batch without a session; open one with initialize, which is no part of a batch")};
    }
    named_session out = named_session::in(with, what);
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

std::string error_text(std::string_view id, const problem& what) {
    std::string out;
    jsonrpc::append_error(out, id, what.code, what.text);
    return out;
}

std::string error_text(const jsonrpc::read_error& fault) {
    return error_text(echoed_id(fault.id), unreadable_message(fault));
}

// A message that is too long in a part that would be kept is a bad one.
void mark_too_long(members& all) {
    for (batch_member& each : all) {
        if (each.message() == nullptr) continue;
        const envelope message = *each.message();
        if (auto wrong = jsonrpc::too_long_part(message); !wrong.empty()) {
            each.read = jsonrpc::read_error{.code = core::errc::not_json_rpc, .text = std::move(wrong), .id = message.id};
        }
    }
}

// Sends the request to the child, unless something is wrong with it.
std::optional<problem> send_member(session::session& of, const envelope& message,
                                   const std::shared_ptr<session::stream>& out, core::clock::time_point now) {
    // "The initialize request MUST NOT be part of a JSON-RPC batch" (specification 2025-03-26, Lifecycle).
    if (message.is_method(mcp::method::initialize)) return refused_batch("initialize must not be part of a batch");
    return send_request(of, message, out, now);
}

// Sends each member on its way; answers that are known at once go to `out`.
void send_members(session::session& of, const members& all, const std::shared_ptr<session::stream>& out,
                  core::clock::time_point now) {
    for (const batch_member& each : all) {
        if (is_bad(each)) {
            out->push_answer(error_text(*each.fault()));
        } else if (!is_request(each)) {
            of.take(*each.message(), core::clock::now());
        } else if (const auto refused = send_member(of, *each.message(), out, now)) {
            out->push_answer(error_text(each.message()->id, *refused));
        }
    }
}

core::task<void> answer_requests(context& with, std::shared_ptr<session::session> of, const request& what, members all,
                                 reply& to) {
    const auto now = core::clock::now();
    const accepted takes = accepted::read(what.head.accept);
    const auto owed = std::ranges::count_if(all, [](const batch_member& each) { return is_request(each) || is_bad(each); });
    const auto out = std::make_shared<session::stream>(with.where, with.bounds, static_cast<std::size_t>(owed), of->account());
    stream_reply answering(with, *of, out, to,
                           {.may_stream = takes.stream && with.streams_replies, .must_stream = !takes.json, .is_batch = true}, now);
    send_members(*of, all, out, now);
    all = {};
    what.drop_body();
    co_await answering.run();
}

// A batch without requests: what can be taken is, and what cannot is told.
core::task<void> take_messages(session::session& of, const members& all, reply& to) {
    std::string faults;
    for (const batch_member& each : all) {
        if (is_bad(each)) {
            faults += faults.empty() ? '[' : ',';
            faults += error_text(*each.fault());
        } else {
            of.take(*each.message(), core::clock::now());
        }
    }
    if (faults.empty()) return to.send(statuses::accepted, {}, {});
    return to.send(statuses::bad_request, json_type, faults + ']');
}

}  // namespace

core::task<void> serve_batch(context& with, const request& what, reply& to) {
    if (!accepted::read(what.head.accept).json && !with.streams_replies) return send_problem(to, only_json());
    named_session named = batch_session(with, what);
    if (named.wrong) return send_problem(to, std::move(*named.wrong));
    const std::size_t most = with.bounds.batch_messages;
    jsonrpc::batch read = jsonrpc::read_batch(what.body, with.bounds.json_depth, most);
    if (read.is_cut) {
        core::meters().note_hit(core::bound::batch);
        return send_problem(to, refused_batch("a batch of more than " + std::to_string(most) + " messages"));
    }
    mark_too_long(read.members);
    if (read.members.empty()) return send_problem(to, refused_batch("an empty batch"));
    if (std::ranges::none_of(read.members, is_request)) return take_messages(*named.found, read.members, to);
    return answer_requests(with, std::move(named.found), what, std::move(read.members), to);
}

}  // namespace bridge::http
