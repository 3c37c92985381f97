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
    explicit envelope_builder(version_rule rule = version_rule::required) : rule_(rule) {}

    /// Adds a member whose name was looked up at its level. The caller must also add the members of the objects for which
    /// `name_match::inner` returns a level.
    void add(const name_match& match, std::string_view raw);

    /// Returns the outcome after all members were added.
    read_outcome finish(bool has_line_breaks);

    /// Returns the error for valid JSON that is not an object. `is_array` is true for an array, which can be a batch.
    read_error not_an_object(bool is_array) const;

    /// Returns the error `code`, described by `text`, with what the members that were added say about the message.
    read_error refusal(core::errc code, std::string text) const;

private:
    void note(params_part& part, std::string_view raw);
    void place_parts();
    void add_other_id(std::string_view raw);
    void drop_nulls();
    const char* shape_fault();
    const char* version_fault() const;
    const char* call_fault();
    std::string name_fault() const;
    bool means_something(const guarded_name& name) const;

    static_assert(guarded_name_count <= 32);

    version_rule rule_;
    envelope message_;
    std::string_view version_;
    std::string_view other_id_;     // the value of a repeated `id`, or of a name that folds to it
    const char* origin_ = nullptr;  // of the places of parts of the params; null before the first one
    bool has_many_ids_ = false;     // there are several such values
    std::uint32_t seen_ = 0;        // a bit for each guarded name that was found
    std::uint32_t repeated_ = 0;    // a bit for each guarded name that was found again, or that is forbidden there
    std::uint32_t folded_ = 0;      // a bit for each guarded name that another name folds to
};

/// Returns the error for a text that a scanner rejected.
read_error scan_failure(core::errc code, const char* reason, std::size_t offset);

}  // namespace bridge::jsonrpc
