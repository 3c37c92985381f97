// The reader of a message whose text is not valid JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope_builder.hpp"

namespace bridge::jsonrpc {

/// Finds the members of an object although its text is not valid JSON: the value of a member is unknown to JSON (`NaN`), has raw control characters
/// or bytes that are not UTF-8, is nested too deeply, or the text breaks off. The walk knows brackets and strings only. It tells whose answer the
/// text was meant to be; nothing else of such a text may be used.
class broken_message {
public:
    /// `text` begins with '{', and must outlive the object.
    explicit broken_message(std::string_view text) : text_(text) {}

    /// Walks about `bytes` further. Returns true at the end of the object, or of the text.
    bool advance(std::size_t bytes);

    /// The number of bytes that were walked; at the end the size of the object.
    std::size_t offset() const { return at_; }

    /// Returns the error `code`, described by `text`, with the id and the kind of the message, after `advance` has returned true. An id that the end
    /// of the text may have cut off is not returned.
    read_error failure(core::errc code, std::string text) const { return message_.refusal(code, std::move(text)); }

private:
    enum class member_part { name, colon, value };

    void walk_string(char c);
    bool walk_token(char c);
    void extend_value();
    void end_member(bool is_cut_off);

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned long depth_ = 0;
    bool in_string_ = false;
    bool is_escaped_ = false;               // the next character of the string
    member_part part_ = member_part::name;  // of the member at depth 1 that the walk is in
    std::size_t begin_ = 0;                 // of the name or the value of that member
    std::string_view name_;
    std::string_view value_;  // so far, without the white space around it
    envelope_builder message_;
};

}  // namespace bridge::jsonrpc
