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
#include "bridge/core/memory_budget.hpp"
#include "bridge/session/stream.hpp"

namespace bridge::session {

/// The requests of a child that wait for the client's answer. The client sees the session's own numbers as their ids. They start at 1 and are never
/// used twice: a child that was started again begins with its first id, while the client may still work on a request of its predecessor with that id.
class asked_requests {
public:
    struct entry {
        std::weak_ptr<child::link> from;
        std::string id;            ///< the child's own id, raw
        std::weak_ptr<stream> on;  ///< the stream that carries the request to the client
        core::clock::time_point since;
        core::memory_charge charge{};  ///< for the id
    };

    /// `bounds` must outlive it. `account` pays for the ids; null for none.
    explicit asked_requests(const core::limits& bounds, core::memory_account_ptr account = {}) : bounds_(bounds), account_(std::move(account)) {}

    /// Records a request and returns its number; 0 if too many are open (`limits::child_requests`).
    std::uint64_t add(child::link& from, std::string_view id, core::clock::time_point now);

    /// Records the stream that carries the request.
    void set_stream(std::uint64_t number, std::weak_ptr<stream> on);

    /// Forwards a client's answer to the child that sent the request. Returns false if no open request has that number. `text`, if not null, is the
    /// text from which `message` was parsed; the function moves from it if the text is large.
    bool answer(const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Answers the child's request with an error.
    void refuse(std::uint64_t number, std::string_view why);

    /// The child has cancelled its request `id`: removes it, and returns its number and the stream that carries it.
    std::optional<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw(const child::link& from, std::string_view id);

    /// The child has ended: removes all its requests, and returns their numbers and the streams that carry them.
    std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw_all(const child::link& from);

    /// The numbers of the requests that are open since before `moment`, or whose child has ended.
    std::vector<std::uint64_t> overdue(core::clock::time_point moment) const;

    const entry* find(std::uint64_t number) const;
    std::size_t size() const { return open_.size(); }

private:
    void forget_dead();

    const core::limits& bounds_;
    core::memory_account_ptr account_;
    std::map<std::uint64_t, entry> open_;
    std::uint64_t last_ = 0;
};

}  // namespace bridge::session
