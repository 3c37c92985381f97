#include "bridge/session/asked_requests.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/ids.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// True if the child no longer waits for the answer.
bool is_dead(const asked_requests::entry& asked) {
    const auto from = asked.from.lock();
    return !from || !from->is_open();
}

}  // namespace

std::uint64_t asked_requests::add(child::link& link, std::string_view id, core::clock::time_point now) {
    if (open_.size() >= bounds_.child_requests) forget_dead();
    if (open_.size() >= bounds_.child_requests) {
        core::meters().count_hit(core::bound::server_requests);
        return 0;
    }
    entry& made = open_[++last_];
    made = {.from = link.weak_from_this(),
            .id = std::string(id),
            .text = {},
            .on = {},
            .since = now,
            .placed = now,
            .charge = {account_, core::memory_use::request}};
    made.charge.set(sizeof(entry) + core::capacity_of(made.id));
    return last_;
}

// Requests of a child that has ended need no answer.
void asked_requests::forget_dead() {
    std::erase_if(open_, [](const auto& each) { return is_dead(each.second); });
}

void asked_requests::keep_text(std::uint64_t number, std::string_view text) {
    const auto at = open_.find(number);
    if (at == open_.end() || text.size() > bounds_.replay_bytes || at->second.charge.is_full()) return;
    entry& asked = at->second;
    asked.text = text;
    asked.charge.set(sizeof(entry) + core::capacity_of(asked.id) + core::capacity_of(asked.text));
}

void asked_requests::set_stream(std::uint64_t number, std::weak_ptr<stream> carrier, core::clock::time_point now) {
    const auto at = open_.find(number);
    if (at == open_.end()) return;
    const auto on = carrier.lock();
    at->second.on = std::move(carrier);
    at->second.placed = now;
    at->second.is_unread = !on || !on->is_live();
}

void asked_requests::set_unread(std::uint64_t number, bool is_unread) {
    if (const auto at = open_.find(number); at != open_.end()) at->second.is_unread = is_unread;
}

bool asked_requests::answer(const jsonrpc::envelope& message, std::string* text) {
    const auto number = jsonrpc::minted_number(message.id);
    const auto at = number ? open_.find(*number) : open_.end();
    if (at == open_.end()) return false;
    const entry asked = std::move(at->second);
    open_.erase(at);
    const auto from = asked.from.lock();
    if (!from) return false;
    from->answer(asked.id, message, text);
    return true;
}

void asked_requests::refuse(std::uint64_t number, std::string_view reason) {
    const auto at = open_.find(number);
    if (at == open_.end()) return;
    const entry asked = std::move(at->second);
    open_.erase(at);
    if (const auto from = asked.from.lock()) from->refuse(asked.id, jsonrpc::error_code::internal_error, reason);
}

std::optional<std::pair<std::uint64_t, std::shared_ptr<stream>>> asked_requests::withdraw(const child::link& link, std::string_view id) {
    const auto at = std::ranges::find_if(
        open_, [&](const auto& each) { return jsonrpc::are_equal_ids(each.second.id, id) && each.second.from.lock().get() == &link; });
    if (at == open_.end()) return std::nullopt;
    std::pair out{at->first, at->second.on.lock()};
    open_.erase(at);
    return out;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> asked_requests::withdraw_all(const child::link& link) {
    std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> out;
    for (auto at = open_.begin(); at != open_.end();) {
        const bool is_of_it = at->second.from.lock().get() == &link;
        if (is_of_it) out.emplace_back(at->first, at->second.on.lock());
        at = is_of_it ? open_.erase(at) : std::next(at);
    }
    return out;
}

std::vector<std::uint64_t> asked_requests::overdue(core::clock::time_point moment) const {
    return numbers_of([moment](std::uint64_t, const entry& each) { return each.since < moment || is_dead(each); });
}

std::vector<std::uint64_t> asked_requests::unsent_since(core::clock::time_point moment) const {
    return numbers_of([moment](std::uint64_t number, const entry& each) {
        if (each.placed >= moment && !is_dead(each)) return false;
        const auto on = each.on.lock();
        return on && on->has_request(number);
    });
}

std::vector<std::uint64_t> asked_requests::carried_by(const stream& carrier) const {
    return numbers_of([&carrier](std::uint64_t, const entry& each) { return each.on.lock().get() == &carrier; });
}

std::vector<std::uint64_t> asked_requests::stranded() const {
    return numbers_of([](std::uint64_t number, const entry& each) {
        const auto on = each.on.lock();
        return each.is_unread || (on && !on->is_live() && on->has_request(number));
    });
}

const asked_requests::entry* asked_requests::find(std::uint64_t number) const {
    const auto at = open_.find(number);
    return at == open_.end() ? nullptr : &at->second;
}

}  // namespace bridge::session
