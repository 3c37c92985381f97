// What the members of a message make of it.
#pragma once

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// Takes the members of one message as they are met, and judges by the rules of `read_envelope`. The functions that take a member give what
/// is wrong with it, or null.
class envelope_builder {
public:
    /// A member of the message itself. Of `params` what lies in it must have been told before or be told after.
    const char* add(std::string_view key, std::string_view raw);
    /// A member of its params, which are an object.
    const char* add_param(std::string_view key, std::string_view raw);
    /// A member of their `_meta`, which is an object.
    const char* add_meta(std::string_view key, std::string_view raw);

    /// All members were told.
    read_outcome finish(bool has_line_breaks);

    /// What was read is valid JSON, but no message.
    read_error refusal(const char* fault) const;

private:
    const char* shape_fault();
    const char* call_fault();

    envelope message_;
    std::string_view version_;
};

/// What a scan says that failed.
read_error scan_failure(core::errc code, const char* reason, std::size_t offset);

}  // namespace bridge::jsonrpc
