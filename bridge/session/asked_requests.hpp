// The requests of a session's child to the client.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/core/event.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// The requests of a child that wait for the client's answer. The client sees the session's own numbers as their ids. They start at 1 and are never
/// used twice: a child that was started again begins with its first id, while the client may still work on a request of its predecessor with that id.
class asked_requests {
public:
    struct entry {
        std::weak_ptr<child::link> from;
        std::string id;                  ///< the child's own id, raw
        std::string text;                ///< the request for the client, in case that it must be sent again; empty if it is not kept
        std::weak_ptr<stream> on;        ///< the stream that carries the request to the client
        core::clock::time_point since;   ///< when the child sent the request
        core::clock::time_point placed;  ///< when the request was put on that stream
        bool is_unread = false;          ///< the client does not read that stream, or the stream broke: the client may not have seen the request
        core::memory_charge charge{};    ///< for the id and the text
    };

    /// `bounds` must outlive it. `account` pays for the ids; null for none.
    explicit asked_requests(const core::limits& bounds, core::memory_account_ptr account = {}) : bounds_(bounds), account_(std::move(account)) {}

    /// Records a request and returns its number; 0 if too many are open (`limits::child_requests`).
    std::uint64_t add(child::link& link, std::string_view id, core::clock::time_point now);

    /// Keeps a copy of the request's text, unless that is too large: what cannot be kept for a resuming client (`limits::replay_bytes`) is not kept
    /// here either. Keeps nothing while memory is short.
    void keep_text(std::uint64_t number, std::string_view text);

    /// Records the stream that carries the request from `now` on. The request is unread if the client does not read that stream at the moment.
    void set_stream(std::uint64_t number, std::weak_ptr<stream> carrier, core::clock::time_point now);

    /// Records that the stream of the request broke, or that the client comes back to that stream and so gets the request.
    void set_unread(std::uint64_t number, bool is_unread);

    /// Forwards a client's answer to the child that sent the request. Returns false if no open request has that number. `text`, if not null, is the
    /// text from which `message` was parsed; the function moves from it if the text is large.
    bool answer(const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Answers the child's request with an error.
    void refuse(std::uint64_t number, std::string_view reason);

    /// The child has cancelled its request `id`: removes it, and returns its number and the stream that carries it.
    std::optional<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw(const child::link& link, std::string_view id);

    /// The child has ended: removes all its requests, and returns their numbers and the streams that carry them.
    std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw_all(const child::link& link);

    /// The numbers of the requests that are open since before `moment`, or whose child has ended.
    std::vector<std::uint64_t> overdue(core::clock::time_point moment) const;

    /// The numbers of the requests that were never sent, and have waited since before `moment`, or have lost their child.
    std::vector<std::uint64_t> unsent_since(core::clock::time_point moment) const;

    /// The numbers of the requests that `carrier` carries.
    std::vector<std::uint64_t> carried_by(const stream& carrier) const;

    /// The numbers of the requests that must go on another stream as soon as the client reads one.
    std::vector<std::uint64_t> stranded() const;

    const entry* find(std::uint64_t number) const;
    std::size_t size() const { return open_.size(); }

private:
    void forget_dead();

    template <class Test>
    std::vector<std::uint64_t> numbers_of(const Test& is_right) const {
        std::vector<std::uint64_t> out;
        for (const auto& [number, each] : open_) {
            if (is_right(number, each)) out.push_back(number);
        }
        return out;
    }

    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::map<std::uint64_t, entry> open_;
    std::uint64_t last_ = 0;
};

}  // namespace bridge::session
