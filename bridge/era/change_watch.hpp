// The subscription of a legacy view to the changes in its child.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/child/link.hpp"
#include "bridge/core/memory_charge.hpp"
#include "bridge/era/listen_groups.hpp"
#include "bridge/era/listen_pace.hpp"
#include "bridge/era/view_terms.hpp"

namespace bridge::era {

/// Keeps a `subscriptions/listen` of the modern era open, which stands for all subscriptions of the child's users: the lists that can change, and the
/// resources and tasks that they have subscribed to. That request cannot be changed, so each change of these opens a new one; the old one ends when
/// the child has acknowledged the new one. Changes that arrive meanwhile share the next one. If there are very many names, several are open
/// (`listen_groups`). A subscription that the child ends is opened again after a pause (`listen_pace`).
class change_watch : public std::enable_shared_from_this<change_watch> {
public:
    /// Receives the outcome of a request to subscribe: its number, and the reason of a failure, empty if there is none.
    using answer_function = std::function<void(std::uint64_t number, const std::string& failure)>;
    /// Receives a notification for the users of the child: its method.
    using notify_function = std::function<void(std::string_view method)>;

    /// `source`, whose child it asks, and `terms` must outlive the functions below that the object is called with; after `stop` it uses them no more.
    change_watch(core::executor executor, child::link& source, const view_terms& terms, answer_function answer, notify_function notify)
        : executor_(executor), source_(&source), terms_(terms), answer_(std::move(answer)), notify_(std::move(notify)) {}

    /// Subscribes to the lists, if they can change and the user of the child wants to know.
    void start();
    /// The link ends.
    void stop();
    /// `account` pays for the names of the resources and tasks.
    void pay_from(const core::memory_account_ptr& account) {
        if (!charge_.account()) charge_ = {account, core::memory_use::request};
        charge_.pay_from(account);
        pay();
    }

    /// The request `number` subscribes to the resource or the task `name`, or ends that subscription.
    void change(std::uint64_t number, subject kind, std::string name, bool is_added);
    /// Answers the request `number` once the child has said for which lists it reports changes. A child that has refused that is asked again.
    void learn_lists(std::uint64_t number);
    /// Nobody waits for the outcome of the request `number` any more.
    void forget(std::uint64_t number);

    /// Returns true if `message`, a notification of the child, is for its users. Reads the acknowledgements and the ends of subscriptions, which are
    /// not.
    bool admits(const jsonrpc::envelope& message);

    /// The lists and names whose changes the child has agreed to report, as far as it has said so.
    list_kinds agreed_lists() const { return agreed_lists_.value_or(list_kinds()); }
    bool has_agreed(subject kind, const std::string& name) const { return groups_.were_agreed(kind, name); }

    /// To be called about once a second.
    void check(core::clock::time_point now) { tell_of_loss(now); }

private:
    class listen_sink;
    struct wanted_change {
        std::uint64_t number;  // 0: nobody waits for the outcome
        subject kind;
        std::string name;
        bool is_added;
    };

    void open();
    void collect();
    void settle(const wanted_change& change, const std::string& failure);
    void fail(const std::string& reason);
    void pay();
    void replace(std::uint64_t number, std::string_view filter);
    static core::task<void> open_in_turn(std::weak_ptr<change_watch> self, core::executor executor);
    std::string filter_of(const listen_group& wanted) const;
    void on_acknowledged(const jsonrpc::envelope& message);
    void on_listen_end(std::uint64_t number, const std::optional<std::string>& error);
    void open_later();
    static core::task<void> wait_for_acknowledgement(std::weak_ptr<change_watch> self, std::shared_ptr<core::event> settled, std::uint64_t number,
                                                     std::chrono::milliseconds patience);
    static core::task<void> wait_and_open(std::weak_ptr<change_watch> self, std::shared_ptr<core::event> pause_end, std::chrono::milliseconds pause);
    void answer_about_lists();
    void record_end();
    void tell_of_loss(core::clock::time_point now);
    void tell_of_lists() const;

    core::executor executor_;
    child::link* source_;  // null after `stop`
    const view_terms& terms_;
    answer_function answer_;
    notify_function notify_;
    listen_groups groups_;
    std::uint64_t opening_ = 0;           // the number of the one that waits for its acknowledgement; 0: none
    std::vector<wanted_change> in_work_;  // those that it settles
    std::deque<wanted_change> waiting_;   // those after them
    std::size_t queued_bytes_ = 0;        // of both
    bool is_due_ = false;                 // one must be opened even without a change
    bool was_logged_ = false;             // that the child ends its subscriptions
    bool was_lost_ = false;               // the last one ended, perhaps with its child, and lists may have changed since
    listen_pace pace_;
    std::optional<list_kinds> agreed_lists_;     // by the last acknowledgement; nothing if the child has said nothing, or has refused since
    std::vector<std::uint64_t> learning_lists_;  // the requests that wait for that
    std::shared_ptr<core::event> opening_settled_;
    std::shared_ptr<core::event> pause_over_;
    core::memory_charge charge_;
};

/// The params of `message` without the id of its subscription; nothing if they or their `_meta` have more than `jsonrpc::most_members` members.
std::optional<std::string> without_subscription(const jsonrpc::envelope& message);

}  // namespace bridge::era
