// Children that are started and initialised ahead of need, for users that need a fresh child.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "bridge/child/child_slot.hpp"
#include "bridge/child/pool_line.hpp"

namespace bridge::child {

/// Opens slots with one handshake, and hands out each slot once. The pool keeps some slots ready, as far as there is room: their children count as
/// children, but the pool ends them when a claim needs their place. Requests wait in the one line of all pools (`waiting_line`). The pool opens a
/// slot on behalf of the principal of each, so that `child_places` decides whose slot opens next; it serves the first request of that principal. The
/// pool replaces a child that ends unused, when the restart policy allows it.
class pool final : public reserve {
public:
    /// Keeps `size` slots ready from now on; 0 is allowed. `source` and `bounds` must outlive the pool. The handshake must have `announce` set, since
    /// no client sends `notifications/initialized` to these slots. `owner` is the owner of slots that are not handed out yet; usually there is none.
    static std::shared_ptr<pool> make(core::executor executor, children& source, const core::limits& bounds, handshake words, std::size_t size,
                                      std::weak_ptr<slot_owner> owner = {});
    ~pool() override;
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// Returns an open slot for `principal` at once; null if none is ready. `owner` receives the child's own messages from now on. The child ends
    /// with `child_slot::close`, or when the slot is destroyed.
    std::shared_ptr<child_slot> acquire_open(std::weak_ptr<slot_owner> owner, std::string principal);

    /// Returns an open slot for `principal`, and waits for one if none is ready. It waits first for a place, if the maximum number of children runs,
    /// and then for the handshake; each wait lasts at most `limits.start_timeout`. A request for which `is_wanted` returns false leaves the line
    /// before a child is started for it or handed out; an empty function means that it is always wanted.
    [[nodiscard]] static core::task<granted<std::shared_ptr<child_slot>>> open(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner,
                                                                               std::string principal, std::function<bool()> is_wanted = {});

    /// Returns the answer of a child to `initialize`, raw. Waits for a slot as `open` does, and then keeps the slot for the next request if the pool
    /// lacks one.
    [[nodiscard]] static core::task<granted<std::string>> learn_initialize_result(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner,
                                                                                  std::string principal, std::function<bool()> is_wanted = {});

    /// `record` gets the answer to `initialize`, raw, of each child that was opened for a request, also if nobody waits for the child any more.
    void on_answer(std::function<void(const std::string&)> record) { on_answer_ = std::move(record); }

    /// The answer to `server/discover` of the last such child, raw; empty if it was of the legacy era, or if there was none.
    const std::string& discover_result() const { return discover_result_; }

    /// Why `principal` can get no slot at the moment, not even after a wait. Call it only for a request that is then not sent, because it counts the
    /// refusal in the metrics.
    std::optional<refusal> current_refusal(std::string_view principal);

    /// The number of slots that are ready.
    std::size_t count() const { return ready_.size(); }

    bool can_yield() const override { return !ready_.empty() || line_.spare() != nullptr; }
    void yield() override;
    void on_child_end() override;
    void look() override { refiller_->check(); }
    void on_close() override;

private:
    using use = pool_line::use;

    class waiter;
    class opening;

    pool(core::executor executor, children& source, const core::limits& bounds, handshake words, std::size_t size, std::weak_ptr<slot_owner> owner);

    static core::task<granted<std::shared_ptr<child_slot>>> wait_for_slot(std::shared_ptr<pool> self, std::weak_ptr<slot_owner> owner,
                                                                          std::string principal, use wanted, std::function<bool()> is_wanted);
    void record_answer(const child_slot& opened);
    void give_back(std::shared_ptr<child_slot> unused);
    static core::task<void> run_opening(std::shared_ptr<pool> self, std::unique_ptr<opening> mine);
    static core::task<void> open_one(std::shared_ptr<pool> self, opening& mine);
    void start_opening(const pool_line::request* waiting);
    void record_failed_opening();
    void cover_waiters();
    void hand_out(std::shared_ptr<child_slot> opened, const opening* made_by);
    void tell_of_failure(const opening& failed, refusal reason);
    bool lacks() const;

    core::executor executor_;
    children& children_;
    const core::limits& bounds_;
    const handshake handshake_;
    const std::size_t size_;
    const std::weak_ptr<slot_owner> first_owner_;
    std::string discover_result_;
    std::function<void(const std::string&)> on_answer_;
    std::weak_ptr<pool> self_;
    std::deque<std::shared_ptr<child_slot>> ready_;  // the oldest first
    pool_line line_;                                 // empty while a slot is ready; never more requests than slots that are being opened
    std::shared_ptr<refiller> refiller_;             // refills ready_
    bool closed_ = false;
};

}  // namespace bridge::child
