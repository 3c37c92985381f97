// A link without a process, for what only needs to know it.
#pragma once

#include "bridge/child/link.hpp"

namespace bridge::session {

/// Takes whatever is sent to it, and is open until it is closed.
class silent_link {
public:
    silent_link(core::executor where, const core::limits& bounds) : made_(child::link::make(where, nullptr, name_, bounds, secrets_, {})) {}

    child::link& operator*() { return *made_; }
    void end() { made_->close("it has ended"); }
    void vanish() { made_.reset(); }

private:
    std::string name_ = "silent";
    core::redactor secrets_;
    std::shared_ptr<child::link> made_;
};

/// The envelope of a text that must live as long.
inline jsonrpc::envelope envelope_of(std::string_view text) {
    auto outcome = jsonrpc::read_envelope(text, 64);
    return std::get<jsonrpc::envelope>(outcome);
}

}  // namespace bridge::session
