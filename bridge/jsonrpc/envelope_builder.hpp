// What the members of a message make of it.
#pragma once

#include <cstdint>
#include <string>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/member_names.hpp"

namespace bridge::jsonrpc {

/// Receives the members of one message in any order, and judges the message by the rules of `read_envelope`.
class envelope_builder {
public:
    /// A member whose name was looked up at its level. The members of the objects that `name_match::inner` names must be added too.
    void add(const name_match& match, std::string_view raw);

    /// The outcome once all members were added.
    read_outcome finish(bool has_line_breaks);

    /// The error for valid JSON that is no message.
    read_error refusal(const char* fault) const;

private:
    const char* shape_fault();
    const char* call_fault();
    std::string name_fault() const;
    bool means_something(const guarded_name& name) const;

    static_assert(guarded_name_count <= 32);

    envelope message_;
    std::string_view version_;
    std::uint32_t seen_ = 0;      // a bit for each guarded name that was met
    std::uint32_t repeated_ = 0;  // that was met again, or may not stand there
    std::uint32_t folded_ = 0;    // that another name folds to
};

/// What a scan says that failed.
read_error scan_failure(core::errc code, const char* reason, std::size_t offset);

}  // namespace bridge::jsonrpc
