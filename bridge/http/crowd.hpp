// All connections of one listener, in the order in which they make room for others.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "bridge/core/event.hpp"

namespace bridge::http {

class crowd;

/// What a connection has shown so far.
enum class standing : unsigned char {
    unproven,  ///< it sends a request's head, or anything else before its key was checked
    idle,      ///< it was served, and sends nothing
    busy,      ///< it is being served, or is closed already: it is never asked to make room
};

/// A connection as the crowd sees it. To be a base of it.
class crowd_member {
public:
    standing current_standing() const { return standing_; }

private:
    friend class crowd;

    /// The connections of one client.
    struct group {
        boost::asio::ip::address client;
        std::size_t members = 0;
        std::list<crowd_member*> unproven{};       // the oldest in front
        std::list<group*>::iterator spot{};        // in `crowd::by_unproven_`
    };

    standing standing_ = standing::unproven;
    core::clock::time_point since_{};  // it has its standing
    group* group_ = nullptr;           // null outside of a crowd
    std::list<crowd_member*>::iterator spot_{};  // in the list of its standing
};

/// Keeps connections by standing and age, and counts them by client. Every operation takes constant time, but for a search among the
/// clients when a connection comes or goes: with 4,096 connections and 10,000 new ones in a second nothing here may walk over all of them.
class crowd {
public:
    using time_point = core::clock::time_point;

    crowd() : by_unproven_(1) {}
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    /// Adds `who`, unproven, who comes from `client`. It must be removed before it ends.
    void add(crowd_member& who, const boost::asio::ip::address& client, time_point now);
    void remove(crowd_member& who);

    /// Changes its standing. Nothing happens if it has it already: its age counts on. Nor if it is in no crowd.
    void move(crowd_member& who, standing to, time_point now);

    /// The connection that makes room next, or null if all are too new or busy. While more than half of all are unproven, it is one that has
    /// been so for 100 ms; else the one that has been idle for the longest, if for 2 s; else one that has been unproven for 5 s. Of
    /// the unproven it is the oldest of the client that has most of them.
    crowd_member* next_to_go(time_point now) const;

    /// The same among the connections of one client; the idle ones of a client are not looked through.
    crowd_member* next_to_go_of(const boost::asio::ip::address& client, time_point now) const;

    /// Connections of `client`.
    std::size_t count_of(const boost::asio::ip::address& client) const;

private:
    using group = crowd_member::group;

    std::list<crowd_member*>& list_of(const crowd_member& who);
    void rank(group& which, std::size_t from);
    crowd_member* most_unproven() const;

    std::map<boost::asio::ip::address, group> groups_;
    std::vector<std::list<group*>> by_unproven_;  // [n]: the clients with n unproven connections, the one that got there first in front
    std::size_t most_ = 0;                        // the last n with a client
    std::size_t unproven_ = 0;                    // of all clients together
    std::size_t members_ = 0;
    std::list<crowd_member*> idle_;               // the oldest in front, as in the lists of groups
    std::list<crowd_member*> busy_;
};

}  // namespace bridge::http
