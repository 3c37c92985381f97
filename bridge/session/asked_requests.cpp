#include "bridge/session/asked_requests.hpp"

#include <algorithm>

#include "bridge/core/metrics.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace bridge::session {
namespace {

// True if the child no longer waits for the answer.
bool is_dead(const asked_requests::entry& asked) {
    const auto from = asked.from.lock();
    return !from || !from->is_open();
}

}  // namespace

std::uint64_t asked_requests::add(child::link& from, std::string_view id, core::clock::time_point now) {
    if (open_.size() >= bounds_.child_requests) forget_dead();
    if (open_.size() >= bounds_.child_requests) {
        core::meters().note_hit(core::bound::server_requests);
        return 0;
    }
    entry& made = open_[++last_];
    made = {.from = from.shared(), .id = std::string(id), .on = {}, .since = now, .charge = {account_, core::memory_use::request}};
    made.charge.set(sizeof(entry) + core::capacity_of(made.id));
    return last_;
}

// Requests of a child that has ended need no answer.
void asked_requests::forget_dead() {
    std::erase_if(open_, [](const auto& each) { return is_dead(each.second); });
}

void asked_requests::set_stream(std::uint64_t number, std::weak_ptr<stream> on) {
    if (const auto at = open_.find(number); at != open_.end()) at->second.on = std::move(on);
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

void asked_requests::refuse(std::uint64_t number, std::string_view why) {
    const auto at = open_.find(number);
    if (at == open_.end()) return;
    const entry asked = std::move(at->second);
    open_.erase(at);
    if (const auto from = asked.from.lock()) from->refuse(asked.id, jsonrpc::error_code::internal_error, why);
}

std::optional<std::pair<std::uint64_t, std::shared_ptr<stream>>> asked_requests::withdraw(const child::link& from, std::string_view id) {
    const auto at = std::ranges::find_if(open_, [&](const auto& each) { return each.second.id == id && each.second.from.lock().get() == &from; });
    if (at == open_.end()) return std::nullopt;
    std::pair out{at->first, at->second.on.lock()};
    open_.erase(at);
    return out;
}

std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> asked_requests::withdraw_all(const child::link& from) {
    std::vector<std::pair<std::uint64_t, std::shared_ptr<stream>>> out;
    for (auto at = open_.begin(); at != open_.end();) {
        const bool is_of_it = at->second.from.lock().get() == &from;
        if (is_of_it) out.emplace_back(at->first, at->second.on.lock());
        at = is_of_it ? open_.erase(at) : std::next(at);
    }
    return out;
}

std::vector<std::uint64_t> asked_requests::overdue(core::clock::time_point moment) const {
    std::vector<std::uint64_t> out;
    for (const auto& [number, each] : open_) {
        if (each.since < moment || is_dead(each)) out.push_back(number);
    }
    return out;
}

const asked_requests::entry* asked_requests::find(std::uint64_t number) const {
    const auto at = open_.find(number);
    return at == open_.end() ? nullptr : &at->second;
}

}  // namespace bridge::session
