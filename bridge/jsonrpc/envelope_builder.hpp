// The builder of an envelope from the members of a message.
#pragma once

#include <cstdint>
#include <string>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/member_names.hpp"

namespace bridge::jsonrpc {

/// Receives the members of one message in any order, and checks the message by the rules of `read_envelope`.
class envelope_builder {
public:
    /// Adds a member whose name was looked up at its level. The caller must also add the members of the objects for which
    /// `name_match::inner` returns a level.
    void add(const name_match& match, std::string_view raw);

    /// Returns the outcome after all members were added.
    read_outcome finish(bool has_line_breaks);

    /// Returns the error for valid JSON that is not a message.
    read_error refusal(const char* fault) const;

private:
    const char* shape_fault();
    const char* call_fault();
    std::string name_fault() const;
    bool means_something(const guarded_name& name) const;

    static_assert(guarded_name_count <= 32);

    envelope message_;
    std::string_view version_;
    std::uint32_t seen_ = 0;      // a bit for each guarded name that was found
    std::uint32_t repeated_ = 0;  // a bit for each guarded name that was found again, or that is forbidden there
    std::uint32_t folded_ = 0;    // a bit for each guarded name that another name folds to
};

/// Returns the error for a text that a scanner rejected.
read_error scan_failure(core::errc code, const char* reason, std::size_t offset);

}  // namespace bridge::jsonrpc
