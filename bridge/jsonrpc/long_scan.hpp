// A validating walk through a large JSON text, in slices.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "bridge/jsonrpc/scanner.hpp"

namespace bridge::jsonrpc {

/// Walks one JSON text by the rules of `scanner`, but a slice at a time, so that the event loop can do other work in between. It reports
/// each member to `on_member`. States: unfinished, then finished or failed.
class long_scan : private scanner {
public:
    /// `on_member` gets members of objects down to this depth. The members of a message are at 1, of its params at 2, of their `_meta` at
    /// 3, of the related-task metadata in `_meta` at 4. In a batch each of them is one level deeper.
    static constexpr unsigned deepest_reported = 5;

    /// `text` must outlive this object.
    long_scan(std::string_view text, unsigned max_depth) noexcept : scanner(text, max_depth) {}
    virtual ~long_scan() = default;
    long_scan(const long_scan&) = delete;
    long_scan& operator=(const long_scan&) = delete;

    /// Walks about `bytes` further. Returns true once the walk has finished or failed.
    bool advance(std::size_t bytes);

    bool has_failed() const noexcept { return error() != core::errc{}; }

    /// True if the walk has passed a whole value. It fails nevertheless if more text follows.
    bool has_passed_value() const noexcept { return state_ == scan_state::end || state_ == scan_state::done; }
    using scanner::error;
    using scanner::fail;
    using scanner::met_line_break;
    using scanner::offset;
    using scanner::reason;
    using scanner::text;

protected:
    /// Called when the key of a member was read, in an object `depth` levels down. The key is `key_at(depth)`. The callee decides here,
    /// once, what the key means: deciding it again for each member inside its value would cost the length of the key times the number of
    /// members.
    virtual void on_key(unsigned depth) = 0;

    /// Called when a member has ended, in an object `depth` levels down. Its raw key is `key_at(depth)`. `key_at` of a lower depth is the
    /// key of the member around it, or empty for an array's element. The callee returns false after `fail`.
    virtual bool on_member(unsigned depth, std::string_view raw) = 0;

    /// Called when an element has ended, if the whole text is an array.
    virtual void on_element(std::string_view raw) { static_cast<void>(raw); }

    std::string_view key_at(unsigned depth) const { return keys_[depth]; }

    /// Returns the offset at which the current element begins.
    std::size_t element_start() const { return static_cast<std::size_t>(starts_[1] - begin_); }

    /// Ends the slice at once.
    void end_slice() { stop_ = cursor_; }

    /// True if there are line breaks between the tokens of the element that has ended.
    bool element_has_line_breaks() const { return element_has_line_breaks_; }

    /// Returns the first character of the text that is not white space. Valid once the scan has finished.
    char first_character() const { return *starts_[0]; }

private:
    enum class scan_state { value, first_element, first_key, key, in_key, colon, in_string, in_number, behind, end, done };

    bool step();
    bool step_value();
    bool step_first(char next);
    bool step_behind(char next);
    bool step_string(scan_state next);
    bool step_number();
    bool report();

    scan_state state_ = scan_state::value;
    number_part part_{};               // of the number that is being read
    const char* stop_ = nullptr;       // end of this slice
    const char* key_start_ = nullptr;  // start of the key that is being read
    const char* last_ = nullptr;       // end of the value that was read last
    bool element_has_line_breaks_ = false;
    std::array<const char*, deepest_reported + 1> starts_{};  // of the value that is read at a depth
    std::array<std::string_view, deepest_reported + 1> keys_{};
};

}  // namespace bridge::jsonrpc
