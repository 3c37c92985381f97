// The policy of replies that carry the streams of a session.
#pragma once

#include "bridge/endpoints/reply_policy.hpp"
#include "bridge/session/session.hpp"

namespace bridge::endpoints {

/// The session decides: a client that leaves cancels nothing, and can come back.
class session_policy final : public reply_policy {
public:
    /// How a client behaves at the end of a reply that carries its general stream.
    enum class at_end {
        comes_back,              ///< the client opens the stream again, or resumes it
        comes_back_after_break,  ///< the client does so only if the connection breaks
        stays_away,              ///< the client would not open it again
    };

    /// For a reply that carries `source`, a stream of `client`, which must outlive the policy.
    session_policy(session::session& client, const session::stream& source, at_end habit = at_end::comes_back)
        : client_(client), is_general_(&source == client.general().get()), habit_(habit) {}

    void offer_resuming(const std::shared_ptr<session::stream>& source) override { client_.offer_resuming(source); }
    bool may_leave() const override { return habit_ != at_end::stays_away && (is_general_ || client_.is_resumable()); }
    bool has_other_way(const session::stream& source) const override;
    bool breaks_at_age() const override { return habit_ == at_end::comes_back_after_break; }
    void on_reader_lost(session::stream& source) override { client_.on_reader_lost(source); }
    std::string_view label() const override { return client_.who().principal; }

private:
    session::session& client_;
    bool is_general_;  // the stream is the session's general stream, which outlives the reply
    at_end habit_;
};

}  // namespace bridge::endpoints
