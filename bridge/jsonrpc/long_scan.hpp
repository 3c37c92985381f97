// The walk through a large JSON text, in slices.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {

/// Walks one JSON text as `scanner` does and by the same rules, but a slice at a time, so that whoever runs a loop can do other work in
/// between. What stands where is told to `on_member`. States: unfinished, then finished or failed.
class long_scan : private scanner {
public:
    /// Members of objects that lie no deeper than this are told: those of a message are at 1, of its params at 2, of their `_meta` at 3,
    /// of the related-task metadata in that at 4; in a batch each is one deeper.
    static constexpr unsigned deepest_told = 5;

    /// `text` must outlive it.
    long_scan(std::string_view text, unsigned max_depth) noexcept : scanner(text, max_depth) {}
    virtual ~long_scan() = default;
    long_scan(const long_scan&) = delete;
    long_scan& operator=(const long_scan&) = delete;

    /// Goes on for about `bytes`. True once there is nothing more to do.
    bool advance(std::size_t bytes);

    bool has_failed() const noexcept { return error() != core::errc{}; }
    using scanner::error;
    using scanner::fail;
    using scanner::met_line_break;
    using scanner::offset;
    using scanner::reason;
    using scanner::text;

protected:
    /// The key of a member of an object `depth` levels down has been read; it is `key_at(depth)`. What a key means is decided here, once:
    /// deciding it again for each member inside its value would cost the length of the key times the number of members.
    virtual void on_key(unsigned depth) = 0;

    /// A member of an object `depth` levels down has ended; `key_at(depth)` is its raw key, and that of a lower depth the key of the member
    /// that it lies in, empty if that is an array's element. Returns false after `fail`.
    virtual bool on_member(unsigned depth, std::string_view raw) = 0;

    /// An element of an array that is the whole text has ended.
    virtual void on_element(std::string_view raw) { static_cast<void>(raw); }

    std::string_view key_at(unsigned depth) const { return keys_[depth]; }

    /// Where the element that is being read begins.
    std::size_t element_start() const { return static_cast<std::size_t>(starts_[1] - begin_); }

    /// Ends the slice at once.
    void end_slice() { stop_ = cursor_; }

    /// Whether line breaks stand between the tokens of the element that has ended.
    bool element_has_line_breaks() const { return element_has_line_breaks_; }

    /// Where the text begins, white space left out. Holds once the scan has finished.
    char first_character() const { return *starts_[0]; }

private:
    enum class place { value, first_element, first_key, key, in_key, colon, in_string, in_number, behind, end, done };

    bool step();
    bool step_value();
    bool step_first(char next);
    bool step_behind(char next);
    bool step_string(place then);
    bool step_number();
    bool tell();

    place place_ = place::value;
    number_part part_{};               // of a number that is being read
    const char* stop_ = nullptr;       // of this slice
    const char* key_start_ = nullptr;  // of a key that is being read
    const char* last_ = nullptr;       // behind the value that was read last
    bool element_has_line_breaks_ = false;
    std::array<const char*, deepest_told + 1> starts_{};     // of the value that is read at a depth
    std::array<std::string_view, deepest_told + 1> keys_{};
};

}  // namespace bridge::jsonrpc
