#include "bridge/http/crowd.hpp"

#include <algorithm>

#include "bridge/http/client_address.hpp"

namespace bridge::http {
namespace {

using namespace std::chrono_literals;

// A request can be on its way on a connection that was used a moment ago. Closing the connection would lose that request (RFC 9112, section
// 9.6).
constexpr auto forgotten_after = 2s;

// A head of several packets arrives within the first time. The second time is for a client on a bad network. When most connections have no
// request, somebody fills them on purpose.
constexpr auto slow_in_a_flood = 100ms;
constexpr auto slow_otherwise = 5s;

}  // namespace

std::list<crowd_member*>& crowd::list_of(const crowd_member& member) {
    if (member.standing_ == standing::unproven) return member.group_->unproven;
    return member.standing_ == standing::idle ? idle_ : busy_;
}

// Moves a group after its number of unproven connections has changed from `old_count`, by one.
void crowd::rank(group& changed, std::size_t old_count) {
    const std::size_t to = changed.unproven.size();
    if (to == by_unproven_.size()) by_unproven_.emplace_back();
    unproven_ += to;
    unproven_ -= old_count;
    by_unproven_[to].splice(by_unproven_[to].end(), by_unproven_[old_count], changed.spot);
    most_ = std::max(most_, to);
    while (most_ > 0 && by_unproven_[most_].empty()) --most_;
}

void crowd::add(crowd_member& member, const boost::asio::ip::address& client, time_point now) {
    const auto [found, is_new] = groups_.try_emplace(network_of(client));
    group& mine = found->second;
    mine.client = found->first;
    if (is_new) mine.spot = by_unproven_[0].insert(by_unproven_[0].end(), &mine);
    ++mine.members;
    ++members_;
    member.group_ = &mine;
    member.since_ = now;
    member.standing_ = standing::unproven;
    member.spot_ = mine.unproven.insert(mine.unproven.end(), &member);
    rank(mine, mine.unproven.size() - 1);
}

void crowd::remove(crowd_member& member) {
    move(member, standing::busy, member.since_);
    busy_.erase(member.spot_);
    group& mine = *member.group_;
    member.group_ = nullptr;
    --members_;
    if (--mine.members != 0) return;
    by_unproven_[0].erase(mine.spot);
    const boost::asio::ip::address client = mine.client;
    groups_.erase(client);
}

void crowd::move(crowd_member& member, standing next, time_point now) {
    if (member.group_ == nullptr || member.standing_ == next) return;
    std::list<crowd_member*>& from = list_of(member);
    const std::size_t before = member.group_->unproven.size();
    member.standing_ = next;
    member.since_ = now;
    std::list<crowd_member*>& target = list_of(member);
    target.splice(target.end(), from, member.spot_);
    if (member.group_->unproven.size() != before) rank(*member.group_, before);
}

crowd_member* crowd::most_unproven() const {
    return most_ == 0 ? nullptr : by_unproven_[most_].front()->unproven.front();
}

crowd_member* crowd::next_to_go(time_point now) const {
    crowd_member* const slow = most_unproven();
    const bool is_flood = 2 * unproven_ > members_;
    if (is_flood && now - slow->since_ >= slow_in_a_flood) return slow;
    if (!idle_.empty() && now - idle_.front()->since_ >= forgotten_after) return idle_.front();
    return slow != nullptr && now - slow->since_ >= slow_otherwise ? slow : nullptr;
}

crowd_member* crowd::next_unproven_to_go(time_point now) const {
    crowd_member* const slow = most_unproven();
    return slow != nullptr && now - slow->since_ >= slow_in_a_flood ? slow : nullptr;
}

crowd_member* crowd::next_to_go_of(const boost::asio::ip::address& client, time_point now) const {
    const auto found = groups_.find(network_of(client));
    if (found == groups_.end() || found->second.unproven.empty()) return nullptr;
    crowd_member* const slow = found->second.unproven.front();
    return now - slow->since_ >= slow_in_a_flood ? slow : nullptr;
}

std::size_t crowd::count_of(const boost::asio::ip::address& client) const {
    const auto found = groups_.find(network_of(client));
    return found == groups_.end() ? 0 : found->second.members;
}

}  // namespace bridge::http
