// JSON objects, made of raw members.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace bridge::era {

/// Writes an object, member by member. Members that it gets as they stand keep their bytes.
class object_writer {
public:
    /// Adds `text`, one member or several with commas between them; nothing if it is empty. Returns the offset of the added text.
    std::size_t add(std::string_view text) {
        if (text.empty()) return out_.size();
        separate();
        out_ += text;
        return out_.size() - text.size();
    }

    /// Adds a member with the name `name`, which needs no escapes, and the raw `value`. Returns the offset of the value.
    std::size_t add(std::string_view name, std::string_view value);

    /// Begins a member with the name `name`, an object. Members that are added before `close` belong to that object.
    void open(std::string_view name) { add(name, "{"); }
    void close() { out_ += '}'; }

    /// Makes room for members of so many bytes.
    void reserve(std::size_t bytes) { out_.reserve(bytes + room_around); }
    bool is_empty() const { return out_.size() == 1; }
    std::size_t size() const { return out_.size(); }

    /// Returns the object. Nothing can be added afterwards.
    std::string finish() { return std::move(out_ += '}'); }

private:
    // No raw member ends with a brace that is open.
    void separate() {
        if (out_.back() != '{') out_ += ',';
    }

    static constexpr std::size_t room_around = 64;  // for braces and commas

    std::string out_ = "{";
};

}  // namespace bridge::era
