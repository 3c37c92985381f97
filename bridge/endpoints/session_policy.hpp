// The policy of replies that carry the streams of a session.
#pragma once

#include "bridge/endpoints/reply_policy.hpp"
#include "bridge/session/session.hpp"

namespace bridge::endpoints {

/// The session decides: a client that leaves cancels nothing, and can come back.
class session_policy final : public reply_policy {
public:
    /// For a reply that carries `source`, a stream of `client`, which must outlive the policy. `comes_back` is false if the client would
    /// not come back for the rest of its general stream.
    session_policy(session::session& client, const session::stream& source, bool comes_back = true)
        : client_(client), is_general_(&source == client.general().get()), comes_back_(comes_back) {}

    void offer_resuming(const std::shared_ptr<session::stream>& source) override { client_.offer_resuming(source); }
    bool may_leave() const override { return comes_back_ && (is_general_ || client_.is_resumable()); }
    bool has_other_way(const session::stream& source) const override;
    void on_departure(session::stream& source, bool is_stream) override;
    void take_back_questions(session::stream& source) override { client_.take_back_requests(source); }
    std::string_view label() const override { return client_.who().principal; }

private:
    session::session& client_;
    bool is_general_;  // the stream is the session's general stream, which outlives the reply
    bool comes_back_;
};

}  // namespace bridge::endpoints
