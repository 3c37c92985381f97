// The reader of a line that is not one message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/batch.hpp"
#include "bridge/jsonrpc/broken_message.hpp"

namespace bridge::jsonrpc {

/// Reads the messages of a line in which other text stands as well: text before or behind a message, several messages, a message that is not valid
/// JSON. The line is read in slices: call `advance` until it returns true, then `remove_member`; repeat until `remove_member` returns nothing.
///
/// An object is read as a whole or not at all: the reader looks for no message inside another one, because a client can choose what stands there.
/// A brace that begins no object is text, as in `[info] {x} {"jsonrpc":...}`. The reader walks the line a bounded number of times: behind
/// `most_walks` objects that are neither JSON nor meant as messages, or `most_faults` faults, the rest of the line is text.
class mixed_line_reader {
public:
    static constexpr unsigned most_walks = 8;
    static constexpr unsigned most_faults = 1000;

    /// `line` must outlive the members. `fault` says what is wrong with the line; it describes the text of a line without a message.
    mixed_line_reader(std::string_view line, unsigned max_depth, version_rule rule, std::string fault)
        : line_(line), max_depth_(max_depth), rule_(rule), fault_(std::move(fault)) {}

    /// Reads about `bytes` more. Returns true once a member is ready, or when no member is left.
    bool advance(std::size_t bytes = slice_bytes);

    /// Returns the next message, the fault of something that is none, or nothing behind the last one.
    std::optional<batch_member> remove_member();

private:
    enum class read_state {
        text,    ///< looks for the next object
        value,   ///< reads an object
        broken,  ///< walks through an object that is not valid JSON
        done,
    };

    void find_object(std::size_t bytes);
    void end_value();
    void end_broken();
    void end_text(std::size_t end, std::string fault);
    void add(std::size_t size, read_outcome read);
    void go_on_at(std::size_t position);

    std::string_view line_;
    unsigned max_depth_;
    version_rule rule_;
    std::string fault_;
    read_state state_ = read_state::text;
    std::size_t at_ = 0;          // the search for an object goes on here
    std::size_t begin_ = 0;       // of the object
    std::size_t text_begin_ = 0;  // of the text that is in no member yet
    bool has_text_ = false;       // there is more than white space between text_begin_ and at_
    bool has_members_ = false;    // a message, or a broken one, was found
    unsigned faults_ = 0;
    unsigned walks_ = 0;  // through objects that were not meant as messages
    std::optional<large_envelope> value_;
    std::optional<broken_message> broken_;
    std::optional<batch_member> text_;    // ready, and comes before `member_`
    std::optional<batch_member> member_;  // ready
};

}  // namespace bridge::jsonrpc
