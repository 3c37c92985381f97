// The clients of the modern era that listen to a server.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.hpp"
#include "bridge/core/limits.hpp"
#include "bridge/era/background_task.hpp"
#include "bridge/era/request_fault.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/session/stream.hpp"
#include "bridge/session/subscriptions.hpp"

namespace bridge::era {

/// The kinds of notifications that one `subscriptions/listen` asks for, or gets.
struct listening_filter {
    bool tools = false;                ///< `toolsListChanged`
    bool prompts = false;              ///< `promptsListChanged`
    bool resources = false;            ///< `resourcesListChanged`
    std::vector<std::string> uris{};   ///< `resourceSubscriptions`, decoded
    std::vector<std::string> tasks{};  ///< `taskIds`, decoded

    /// The length of a raw list of resources that need not be too many or too long, with each byte escaped.
    static std::size_t longest_uris(const core::limits& bounds);

    /// Reads the params of the request `message`. It is refused if it is about more resources than a session may subscribe to by `bounds`.
    static core::result<listening_filter, request_fault> read(const jsonrpc::envelope& message, const core::limits& bounds);

    /// The part of it that a server with the raw `capabilities` can serve. No server has the tasks, which are the bridge's.
    listening_filter served_by(std::string_view capabilities) const;

    /// The raw JSON object.
    std::string text() const;
};

/// One listening client: a stream that lasts until the client closes it.
struct listener {
    std::string id;                       ///< of the request, raw: the client recognises the notifications by it
    session::subscriber subscribed_as{};  ///< among the subscriptions to resources
    listening_filter filter{};            ///< the notifications that it gets
    std::shared_ptr<session::stream> out{};
    core::memory_charge charge{};       ///< for the id and the filter
    std::function<bool()> is_wanted{};  ///< returns false once the client has left; empty if that is not known

    /// Charges the account of the subscriber with its present size.
    void pay();

    /// Pushes the acknowledgement of `agreed`, which must be the first message.
    void acknowledge(const listening_filter& agreed) const;

    /// Ends the stream in an orderly way.
    void end() const;
};

/// All listeners of one client. It does no I/O.
class listeners {
public:
    void add(std::shared_ptr<const listener> added) { all_.push_back(std::move(added)); }
    void remove(const listener& removed);

    /// The number of tasks that they listen to.
    std::size_t count_tasks() const;
    std::size_t size() const { return all_.size(); }
    bool empty() const { return all_.empty(); }

    /// Passes on `message`, a notification that a list has changed. Does nothing for another method.
    void on_list_changed(const jsonrpc::envelope& message) const;

    /// Passes on `message`, a notification that the resource with the raw `uri` was updated, to the listeners that are named in `subscribers`: of a
    /// large one only the `uri`.
    void on_updated(const std::set<std::string>& subscribers, const jsonrpc::envelope& message, std::string_view uri) const;

    /// Passes on the new state of a task to the listeners that asked for it: `members` are those of the notification's params, raw.
    void on_task(std::string_view id, std::string_view members) const;
    void on_task(const background_task& changed) const;

    /// True if a listener asked for the task `id`.
    bool want_task(std::string_view id) const;

    void end_all();

private:
    std::vector<std::shared_ptr<const listener>> all_;
};

/// The members of the params of the notification `message`, raw and on one line, without `_meta`, which names the subscription of another client.
std::string members_of_notice(const jsonrpc::envelope& message);

}  // namespace bridge::era
