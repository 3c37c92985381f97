#include "bridge/http/crowd.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace bridge::http {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

class Crowd : public testing::Test {
protected:
    ~Crowd() override {
        for (crowd_member& each : members_) {
            if (each.current_standing() != standing::busy) all_.move(each, standing::busy, now_);
        }
        for (crowd_member& each : members_) all_.remove(each);
    }

    crowd_member& add(const std::string& client) {
        all_.add(members_.emplace_back(), make_address(client), now_);
        return members_.back();
    }
    crowd_member& add(const std::string& client, standing shown) {
        crowd_member& out = add(client);
        all_.move(out, shown, now_);
        return out;
    }
    crowd_member* next() const { return all_.next_to_go(now_); }

    std::deque<crowd_member> members_;
    crowd all_;
    core::clock::time_point now_{1h};
};

TEST_F(Crowd, LetsTheOneGoThatIsIdleForTheLongest) {
    EXPECT_EQ(next(), nullptr);
    add("192.0.2.1", standing::busy);
    crowd_member& older = add("192.0.2.1", standing::idle);
    now_ += 100ms;
    crowd_member& newer = add("192.0.2.2", standing::idle);
    now_ += 1800ms;
    EXPECT_EQ(next(), nullptr) << "it was used a moment ago";
    now_ += 100ms;
    EXPECT_EQ(next(), &older);
    all_.move(older, standing::unproven, now_);
    now_ += 100ms;
    EXPECT_EQ(next(), &newer) << "a request on its way is no reason";
    all_.move(newer, standing::busy, now_);
    EXPECT_EQ(next(), nullptr);
    now_ += 5s;
    EXPECT_EQ(next(), &older) << "but it has to come some time";
}

TEST_F(Crowd, KnowsTheUnprovenOneThatHoldsMemoryForLongest) {
    EXPECT_EQ(all_.next_unproven_to_go(now_), nullptr);
    add("192.0.2.9", standing::idle);
    crowd_member& first = add("192.0.2.1");
    now_ += 90ms;
    add("192.0.2.1");
    EXPECT_EQ(all_.next_unproven_to_go(now_), nullptr) << "its head may still arrive";
    now_ += 10ms;
    EXPECT_EQ(all_.next_unproven_to_go(now_), &first);
    all_.move(first, standing::busy, now_);
    now_ += 1h;
    EXPECT_NE(all_.next_unproven_to_go(now_), nullptr);
    EXPECT_EQ(all_.next_unproven_to_go(now_)->current_standing(), standing::unproven) << "an idle one is never asked";
}

TEST_F(Crowd, LetsTheUnprovenGoInAFlood) {
    crowd_member& idle = add("192.0.2.9", standing::idle);
    crowd_member& first = add("192.0.2.1");
    crowd_member& second = add("192.0.2.1");
    now_ += 99ms;
    EXPECT_EQ(next(), nullptr);
    now_ += 1ms;
    EXPECT_EQ(next(), &first);
    now_ += 3s;
    EXPECT_EQ(next(), &first) << "before those that are idle";
    all_.move(first, standing::busy, now_);
    EXPECT_EQ(next(), &idle) << "it is no flood any more";
    all_.move(idle, standing::busy, now_);
    EXPECT_EQ(next(), nullptr);
    now_ += 2s;
    EXPECT_EQ(next(), &second);
}

TEST_F(Crowd, BeginsWithTheClientThatHasMostUnproven) {
    crowd_member& slow = add("192.0.2.1");
    now_ += 1s;
    crowd_member& first = add("192.0.2.2");
    add("192.0.2.2");
    crowd_member& of_network = add("2001:db8::1");
    add("2001:db8::2");
    add("2001:db8::3");
    for (int i = 0; i < 5; ++i) add("192.0.2.1", standing::busy);
    now_ += 5s;
    EXPECT_EQ(next(), &of_network) << "an IPv6 network counts as one";
    all_.move(of_network, standing::busy, now_);
    EXPECT_EQ(next(), &first) << "of two clients with as many the one that had them first";
    all_.move(first, standing::busy, now_);
    EXPECT_NE(next(), &slow) << "a client with many connections that are in use is not the one";
}

TEST_F(Crowd, KeepsTheAgeOfWhatStaysAsItIs) {
    crowd_member& one = add("192.0.2.1");
    now_ += 60ms;
    all_.move(one, standing::unproven, now_);
    now_ += 60ms;
    EXPECT_EQ(next(), &one);
}

TEST_F(Crowd, CountsByClient) {
    crowd_member& one = add("192.0.2.1");
    add("::ffff:192.0.2.1", standing::busy);
    add("192.0.2.2");
    EXPECT_EQ(all_.count_of(make_address("192.0.2.1")), 2U);
    EXPECT_EQ(all_.count_of(make_address("192.0.2.2")), 1U);
    EXPECT_EQ(all_.count_of(make_address("192.0.2.3")), 0U);
    EXPECT_EQ(all_.next_to_go_of(make_address("192.0.2.1"), now_), nullptr);
    now_ += 100ms;
    EXPECT_EQ(all_.next_to_go_of(make_address("192.0.2.1"), now_), &one);
    EXPECT_EQ(all_.next_to_go_of(make_address("192.0.2.3"), now_), nullptr);
}

TEST_F(Crowd, StaysRightWhateverHappens) {
    std::mt19937 random(7);
    std::vector<crowd_member*> in;
    std::deque<crowd_member> own;
    crowd many;
    for (int i = 0; i < 20'000; ++i) {
        now_ += 1ms;
        const auto choice = random() % 4;
        if (choice == 0 || in.empty()) {
            many.add(own.emplace_back(), make_address("192.0.2." + std::to_string(random() % 20)), now_);
            in.push_back(&own.back());
        } else if (choice == 1) {
            const std::size_t which = random() % in.size();
            many.remove(*in[which]);
            in.erase(in.begin() + static_cast<std::ptrdiff_t>(which));
        } else {
            many.move(*in[random() % in.size()], static_cast<standing>(random() % 3), now_);
        }
        const crowd_member* const goes = many.next_to_go(now_);
        if (goes != nullptr) {
            EXPECT_NE(goes->current_standing(), standing::busy);
        }
    }
    std::size_t counted = 0;
    for (int i = 0; i < 20; ++i) counted += many.count_of(make_address("192.0.2." + std::to_string(i)));
    EXPECT_EQ(counted, in.size());
    for (crowd_member* each : in) many.remove(*each);
    EXPECT_EQ(many.next_to_go(now_ + 1h), nullptr);
}

}  // namespace
}  // namespace bridge::http
