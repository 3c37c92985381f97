// All sessions, and which child each one uses.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/session/session.hpp"

namespace bridge::session {

/// Which child serves whom.
enum class isolation {
    session,  ///< one child per session; the client's own `initialize` opens it
    shared,   ///< one child for everyone, initialised by the bridge, which declares no client capabilities
    request,  ///< a fresh child for every request, initialised by the bridge in the same way
};

/// The outcome of a client's `initialize`.
struct opened {
    std::shared_ptr<session> made;  ///< null if it failed
    std::string result;             ///< the InitializeResult for the client, raw, if it succeeded
    std::string refusal;            ///< the child's own error object, raw, if it gave one
    std::string failure;            ///< one sentence otherwise
    bool at_limit = false;          ///< it failed because as many as may be open are
};

class sessions {
public:
    /// Keeps `warm` children ready ahead of need. `from`, `bounds` must outlive it.
    sessions(core::executor where, child::children& from, const core::limits& bounds, isolation kind, std::size_t warm);

    /// Opens a session for `principal` with the raw params of its `initialize`.
    core::task<opened> open(std::string principal, std::string initialize_params);

    /// The session of that id if that principal opened it, null otherwise: for anybody else it does not exist.
    std::shared_ptr<session> find(std::string_view id, std::string_view principal) const;

    /// Ends a session: it is unknown at once, and its own child is stopped.
    void close(const session& which, const std::string& reason);

    /// To be called every second or so: ends the sessions that were idle for too long, and in the others what waited
    /// too long.
    void sweep(core::clock::time_point now);

    /// Ends the streams that would otherwise never end, so that their clients go elsewhere.
    void end_general_streams();

    /// Opens a child to see whether one answers: the shared one to stay, otherwise one that is ended again. The text is
    /// empty if it does, and says why not otherwise.
    core::task<std::string> try_child();

    std::size_t count() const { return sessions_.size(); }

private:
    struct text_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::string objection(std::string_view principal);
    std::size_t count_opening() const;
    bool make_room(const std::function<bool(const session&)>& may_go);
    void make_place(const std::shared_ptr<session>& made, std::string_view initialize_params);
    core::task<child::seat::opening> open_place(session& made);
    core::task<std::string> learn_from_fresh_child();
    opened admit(std::shared_ptr<session> made, std::string_view requested);
    void tell_all(const std::string& text);

    core::executor where_;
    child::children& children_;
    const core::limits& bounds_;
    isolation kind_;
    std::shared_ptr<child::seat_owner> shared_owner_;  // of what several sessions use
    std::shared_ptr<child::seat> shared_seat_;         // isolation shared
    std::shared_ptr<child::pool> fresh_;               // isolation request
    std::string fresh_result_;                         // what its children answer to initialize
    std::unordered_map<std::string, std::shared_ptr<session>, text_hash, std::equal_to<>> sessions_;
    std::map<std::string, std::size_t, std::less<>> opening_;  // by principal: sessions whose child is being started
};

}  // namespace bridge::session
