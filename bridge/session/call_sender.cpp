#include "bridge/session/call_sender.hpp"

#include <functional>
#include <memory>
#include <utility>

#include "bridge/core/metrics.hpp"
#include "bridge/core/passing.hpp"
#include "bridge/core/small_messages.hpp"
#include "bridge/core/spawn.hpp"
#include "bridge/jsonrpc/known_members.hpp"
#include "bridge/jsonrpc/large_envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// Makes `message` the call of `call` on `link`, which `assignment` returned.
boost::system::error_code send_on(const std::shared_ptr<child_assignment>& assignment, const std::shared_ptr<child::link>& link,
                                  jsonrpc::envelope message, const std::shared_ptr<exchange>& call, std::string* text) {
    call->run_on(assignment, link);
    if (call->form() != nullptr && !call->form()->address(*link, message, text)) {
        call->refuse("the server has been replaced by one of another era", jsonrpc::error_code::invalid_params);
        return {};
    }
    // Before the call: once the call is made, nothing may fail.
    std::optional<child::fair_share::part> part = assignment->occupy(*link);
    if (!part) {
        core::meters().count_hit(core::bound::child_requests);
        return core::make_error_code(core::errc::limit_reached);
    }
    const auto number = link->call(message, call, text);
    if (!number) return number.error();
    call->hold(std::move(*part));
    call->sent_as(*number);
    return {};
}

}  // namespace

// A request that waits for a child. Its exchange keeps it: a request whose client has left needs no memory.
struct call_sender::waiting_call {
    std::shared_ptr<child_assignment> assignment;
    std::string text;
    jsonrpc::envelope message;  // points into text
    core::memory_charge kept;   // of text
};

boost::system::error_code call_sender::send(const std::shared_ptr<child_assignment>& assignment, const jsonrpc::envelope& message,
                                            const std::shared_ptr<exchange>& call, std::string* text) const {
    const std::shared_ptr<child::link> link = assignment->current();
    const auto error = link ? send_on(assignment, link, message, call, text) : keep_and_send(assignment, message, call, text);
    if (error) call->drop();
    return error;
}

// The message must be kept until there is a child, and the request's body does not live that long. So the function moves a large body, and copies a
// small message.
boost::system::error_code call_sender::keep_and_send(const std::shared_ptr<child_assignment>& assignment, const jsonrpc::envelope& message,
                                                     const std::shared_ptr<exchange>& call, std::string* text) const {
    const auto waiting = std::make_shared<waiting_call>();
    waiting->assignment = assignment;
    waiting->kept = core::memory_charge(account_, core::memory_use::request_body);
    if (text != nullptr && text->size() > jsonrpc::slice_bytes) {
        // A text of that size keeps its place when it is moved.
        waiting->text = std::exchange(*text, {});
        waiting->message = message;
    } else {
        // A large request has got its memory before. Small ones never waited for it, but hundreds of them can wait for a child.
        if (!core::may_keep_small(waiting->kept, message.params.size())) return core::make_error_code(core::errc::no_memory);
        jsonrpc::append_call(waiting->text, message, message.id, {});
        const auto read = jsonrpc::read_envelope(waiting->text, bounds_.json_depth);
        waiting->message = std::get<jsonrpc::envelope>(read);
    }
    waiting->kept.set(core::capacity_of(waiting->text) + (waiting->message.known ? waiting->message.known->cost() : 0));
    call->keep(waiting);
    const core::coroutine_name named{"session.send", "the request is answered with an error"};
    auto work = [waiting = std::weak_ptr(waiting), call] { return run(waiting, call); };
    core::spawn(executor_, named, std::move(work), [call] { call->on_lost("the bridge failed before it could send the request"); });
    return {};
}

core::task<void> call_sender::run(std::weak_ptr<waiting_call> kept, std::shared_ptr<exchange> call) {
    core::pass("session.send");
    std::shared_ptr<child_assignment> assignment;
    if (const auto waiting = kept.lock()) assignment = waiting->assignment;
    // A call that was abandoned just now needs no child.
    if (!assignment || !call->is_waiting()) co_return;
    std::function<bool()> is_wanted = [call] { return call->is_waiting(); };
    const auto acquired = co_await assignment->acquire(std::move(is_wanted));
    const auto waiting = kept.lock();
    if (!waiting || !call->is_waiting()) {
        if (acquired) assignment->release(acquired->get());
        co_return;
    }
    if (!acquired) {
        call->on_no_child(acquired.error());
        co_return;
    }
    const auto error = send_on(assignment, *acquired, waiting->message, call, &waiting->text);
    if (error) call->on_lost(error.message());
    call->keep(nullptr);
}

}  // namespace bridge::session
