// All connections of one listener, and the order in which they make room for others.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <list>
#include <map>
#include <vector>

#include "bridge/core/event.hpp"

namespace bridge::http {

class crowd;

/// The standing of a connection: what it has shown so far.
enum class standing : unsigned char {
    unproven,  ///< the connection sends a request's head, or anything else before its key was checked
    idle,      ///< the connection was served, and sends nothing
    busy,      ///< the connection is being served, or is closed already: it is never asked to make room
};

/// The crowd's data of a connection. The connection derives from it.
class crowd_member {
public:
    standing current_standing() const { return standing_; }

private:
    friend class crowd;

    /// The connections of one client.
    struct group {
        boost::asio::ip::address client;
        std::size_t members = 0;
        std::list<crowd_member*> unproven{};  // oldest first
        std::list<group*>::iterator spot{};   // position in `crowd::by_unproven_`
    };

    standing standing_ = standing::unproven;
    core::clock::time_point since_{};            // start of its standing
    group* group_ = nullptr;                     // null outside a crowd
    std::list<crowd_member*>::iterator spot_{};  // position in the list of its standing
};

/// Keeps connections by standing and age, and counts them by client. Every operation takes constant time, except a search among the clients
/// when a connection opens or closes. With 4,096 connections and 10,000 new ones per second, no operation may walk over all of them.
class crowd {
public:
    using time_point = core::clock::time_point;

    crowd() : by_unproven_(1) {}
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    /// Adds the unproven connection `member` of `client`. Remove it before it is destroyed.
    void add(crowd_member& member, const boost::asio::ip::address& client, time_point now);
    void remove(crowd_member& member);

    /// Changes the standing of a connection. Does nothing if it has this standing already, so its age keeps counting, or if it is in no
    /// crowd.
    void move(crowd_member& member, standing next, time_point now);

    /// Returns the connection that makes room next, or null if all are too new or busy. While more than half of all connections are
    /// unproven, it is one that has been unproven for 100 ms. Otherwise it is the one that has been idle for the longest time, if for 2 s,
    /// or else one that has been unproven for 5 s. Among the unproven connections it is the oldest one of the client that has most of them.
    crowd_member* next_to_go(time_point now) const;

    /// Returns the oldest unproven connection of the client that has most of them, if it has been unproven for 100 ms; otherwise null.
    crowd_member* next_unproven_to_go(time_point now) const;

    /// Returns the unproven connection of `client` that makes room next. Does not search the client's idle connections.
    crowd_member* next_to_go_of(const boost::asio::ip::address& client, time_point now) const;

    /// Returns the number of connections of `client`.
    std::size_t count_of(const boost::asio::ip::address& client) const;

private:
    using group = crowd_member::group;

    std::list<crowd_member*>& list_of(const crowd_member& member);
    void rank(group& changed, std::size_t old_count);
    crowd_member* most_unproven() const;

    std::map<boost::asio::ip::address, group> groups_;
    std::vector<std::list<group*>> by_unproven_;  // [n]: the clients with n unproven connections; the first one to reach n is in front
    std::size_t most_ = 0;                        // the largest n with a client
    std::size_t unproven_ = 0;                    // of all clients together
    std::size_t members_ = 0;
    std::list<crowd_member*> idle_;  // oldest first, as in the lists of groups
    std::list<crowd_member*> busy_;
};

}  // namespace bridge::http
