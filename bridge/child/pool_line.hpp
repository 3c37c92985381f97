// The requests that wait for the slots of a pool, and the slots that are being opened for them.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/child/fair_line.hpp"

namespace bridge::child {

/// Knows for each principal which requests wait and which slots are being opened, so that each event costs O(log n) for n requests. A slot is opened
/// on behalf of a principal, not of one request, and serves the first request of that principal. A slot that is opened ahead of need has no principal
/// yet. The class does no I/O: `pool` opens the slots.
class pool_line {
    struct group;

public:
    /// `shares` must outlive the object.
    explicit pool_line(fair_share& shares);
    ~pool_line();
    pool_line(const pool_line&) = delete;
    pool_line& operator=(const pool_line&) = delete;

    enum class use { of_slot, of_answer };  // a request with the second use gives the slot back

    /// A request that waits, until `leave` is called.
    class request : public fair_line::claim {
    public:
        request(pool_line& line, std::string principal, use wanted_use);
        virtual ~request() { leave(); }

        /// Returns false, and has left the line, if the client of the request has left.
        virtual bool is_still_wanted() = 0;

    protected:
        bool leave();

    private:
        friend class pool_line;
        pool_line& line_;
        use wanted_;
        std::shared_ptr<group> group_;
        std::list<request*>::iterator at_;
    };

    /// A slot that is being opened, until the object is destroyed or the slot is dropped.
    class opening {
    public:
        /// For a slot that is opened ahead of need.
        explicit opening(pool_line& line);
        ~opening() { drop(); }
        opening(const opening&) = delete;
        opening& operator=(const opening&) = delete;

        bool is_ahead() const { return is_ahead_; }

        /// The slot is opened for requests of `principal` from now on.
        void serve(const std::string& principal);

        /// Says whether the slot has a child now.
        void set_started(bool is_started);

        /// Takes the slot out of the line, because its child is not needed any more.
        void drop();
        bool is_dropped() const { return group_ == nullptr; }

        /// For a slot whose child was not started yet: false if the children of the other slots are enough for the requests of its principal. Asks as
        /// many requests whether their clients have left as can get a child.
        bool is_wanted() const;

        /// The first request of its principal whose client has not left; null if there is none.
        request* first_request() const;

    private:
        friend class pool_line;
        void join(std::shared_ptr<group> joined);

        pool_line& line_;
        std::shared_ptr<group> group_;  // null once the slot was dropped
        bool is_ahead_ = true;
        bool is_started_ = false;
        std::list<opening*> node_{this};  // the entry of the slot, while the slot is in no list
        std::list<opening*>::iterator at_ = node_.begin();
    };

    /// The request that gets a slot, if none waits any more for which it was opened: that of the principal that holds the least. Null if none waits
    /// whose client has not left.
    request* first() const;

    /// A request for which no slot is being opened; null if there is none.
    request* uncovered() const;

    opening* ahead() const;  ///< a slot that is opened ahead of need; null if there is none
    opening* spare() const;  ///< a slot with a child that no request needs; null if there is none
    bool empty() const { return requests_.empty(); }
    std::size_t opened() const { return opened_; }              ///< the number of slots that are being opened
    std::size_t slots_wanted() const { return slots_wanted_; }  ///< the number of requests that keep their slot

private:
    std::shared_ptr<group> group_of(const std::string& principal);

    fair_line requests_;
    std::map<std::string_view, std::weak_ptr<group>> groups_;  // those with a request or a slot, which own them
    std::list<group*> uncovered_;                              // those with more requests than slots
    std::list<group*> spare_;                                  // those with more slots with a child than requests
    std::shared_ptr<group> ahead_;
    std::size_t opened_ = 0;
    std::size_t slots_wanted_ = 0;
};

}  // namespace bridge::child
