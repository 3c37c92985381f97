// A place for one child that opens itself.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/children.hpp"

namespace bridge::child {

/// Receives what the child in a seat sends of its own accord.
class seat_owner {
public:
    virtual ~seat_owner() = default;
    virtual void on_child_notification(link& from, const jsonrpc::envelope& message) = 0;
    /// `ping` never comes here.
    virtual void on_child_request(link& from, const jsonrpc::envelope& message) = 0;
};

/// Holds at most one child at a time and its handshake. The child is taken from `children` and initialised on first use,
/// and again on the next use after it ended; the handshake that was given is repeated then, so that whoever uses the seat
/// notices nothing but the lost calls. A seat that is let go of ends its child. States:
///
///     empty     no child, or one that has ended
///     opening   a child is being started and initialised; callers of `open` wait for the same one
///     open      the link takes calls
class seat final : public link_owner {
public:
    /// What opens the connection.
    struct handshake {
        std::string params;         ///< of `initialize`, raw
        bool announce = false;      ///< the seat sends `notifications/initialized` itself from the first start on
    };

    /// The outcome of opening.
    struct opening {
        std::shared_ptr<link> to;    ///< null if it failed
        std::string failure;         ///< one sentence, if it failed
        std::string refusal;         ///< the child's own error object, raw, if it answered `initialize` with one
        bool at_limit = false;       ///< it failed because as many children as may run at once do
    };

    /// `from`, `bounds` and `name` must outlive the seat; an owner that is gone hears nothing.
    static std::shared_ptr<seat> make(core::executor where, children& from, const core::limits& bounds,
                                      handshake opening_words, std::weak_ptr<seat_owner> owner);

    ~seat() override;
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;

    /// Gives it another owner: for a seat that was opened before it was known who would need it.
    void set_owner(std::weak_ptr<seat_owner> owner) { owner_ = std::move(owner); }

    /// The open link at once, null if there is none: then `open` is needed.
    link* current() const { return link_ && opened_ && link_->is_open() ? link_.get() : nullptr; }

    /// Gives the open link, after starting and initialising a child if there is none. Bounded by
    /// the start timeout, and by the same again if it has to wait for another child to make room.
    static core::task<opening> open(std::shared_ptr<seat> self, when_full full = when_full::fail);

    /// True from the start of a child to its end.
    bool has_child() const { return link_ != nullptr; }

    /// The child's answer to `initialize`, raw; empty before the first opening.
    const std::string& initialize_result() const { return initialize_result_; }

    /// Says that `notifications/initialized` was sent, so that a later start repeats it.
    void set_announced() { announce_again_ = true; }

    /// Ends the child, if there is one; calls in flight are told `reason`.
    void close(const std::string& reason);

    void on_notification(link& from, const jsonrpc::envelope& message) override;
    void on_request(link& from, const jsonrpc::envelope& message) override;
    void on_end(link& from) override;

private:
    class first_answer;

    seat(core::executor where, children& from, const core::limits& bounds, handshake opening_words,
         std::weak_ptr<seat_owner> owner);
    core::task<opening> start(when_full full);
    core::task<opening> wait_for_other_opener();

    core::executor where_;
    children& children_;
    const core::limits& bounds_;
    handshake handshake_;
    std::weak_ptr<seat_owner> owner_;
    std::weak_ptr<seat> self_;
    std::shared_ptr<link> link_;
    bool opened_ = false;          // the handshake of link_ is done
    bool opening_ = false;
    bool announce_again_ = false;
    opening last_;                 // for those who waited for another's opening
    std::string initialize_result_;
    boost::asio::basic_waitable_timer<core::clock, boost::asio::wait_traits<core::clock>, core::executor> settled_;
};

}  // namespace bridge::child
