// JSON objects, made of raw members, of which the long ones are not copied.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/child/spliced_params.hpp"
#include "bridge/core/shared_text.hpp"

namespace bridge::era {

/// Writes the params of a request, member by member, as `object_writer` does for texts that are copied.
class spliced_object {
public:
    /// Long members that are parts of `source` are not copied.
    explicit spliced_object(core::shared_text source = {}) : source_(std::move(source)) { current().add("{"); }

    /// Makes room for copied members of so many bytes.
    void reserve(std::size_t bytes) { current().reserve(bytes); }

    /// Adds `text`, one member or several with commas between them; nothing if it is empty.
    void add(std::string_view text);

    /// Adds a member with the name `name`, which needs no escapes, and the raw `value`.
    void add(std::string_view name, std::string_view value);

    /// Adds a member with the raw key `key`. The value is not copied.
    void add(std::string_view key, const core::shared_text& value);

    /// Adds the member `text`, in which the link's own number replaces the progress token `token`, a view into it. To be called once at most.
    void add_around(std::string_view text, std::string_view token);

    /// Begins a member with the name `name`, an object. Members that are added before `close` belong to that object.
    void open(std::string_view name);
    void close();

    /// Returns the object, on one line if the parts that are not copied are on one. Nothing can be added afterwards.
    child::spliced_params finish();

private:
    core::spliced_text& current() { return made_.behind_token ? *made_.behind_token : made_.before_token; }
    void separate();
    bool is_in_source(std::string_view text) const;
    bool extends_last(std::string_view text) const;

    core::shared_text source_;
    child::spliced_params made_;
    bool is_first_ = true;            // the next member is the first one of its object
    const char* last_end_ = nullptr;  // the end of the part of the source that was added last; null if something else was added since
};

}  // namespace bridge::era
