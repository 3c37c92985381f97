// What a session's child has asked its client.
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

/// The requests of a child that wait for the client's answer. The client sees numbers of the session's own for their
/// ids, from 1 and never the same twice: a restarted child begins again with its first id, while the client may still
/// be at work on the last one's.
class asked_requests {
public:
    struct entry {
        std::weak_ptr<child::link> from;
        std::string id;            ///< the child's own, raw
        std::weak_ptr<stream> on;  ///< where the client was asked
        core::clock::time_point since;
        core::memory_charge charge{};  ///< of the id
    };

    /// `bounds` must outlive it. `account` pays for what is kept; null for nobody.
    explicit asked_requests(const core::limits& bounds, core::memory_account_ptr account = {}) : bounds_(bounds), account_(std::move(account)) {}

    /// Notes a request and returns its number; 0 if too many are open (`limits::child_requests`).
    std::uint64_t add(child::link& from, std::string_view id, core::clock::time_point now);

    /// Notes where it was put.
    void set_stream(std::uint64_t number, std::weak_ptr<stream> on);

    /// Passes a client's answer on to the child that asked; false if it answers nothing that is open. `text`, if given, is what `message` was
    /// read from; it is taken over if it is large.
    bool answer(const jsonrpc::envelope& message, std::string* text = nullptr);

    /// Tells the child that its request cannot be answered.
    void refuse(std::uint64_t number, std::string_view why);

    /// The child withdrew its request `id`: removes it and gives its number and where it was put.
    std::optional<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw(const child::link& from, std::string_view id);

    /// The child has ended: removes all that it asked, and gives their numbers and where they were put.
    std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> withdraw_all(const child::link& from);

    /// The numbers of those that are open since before `moment`, or whose child has ended.
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
