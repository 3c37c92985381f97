// The results of a modern child, as legacy clients expect them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/era/legacy_method.hpp"
#include "bridge/era/object_members.hpp"

namespace bridge::era {

/// The kinds of results, by their `resultType`.
enum class result_kind {
    complete,
    input_required,  ///< the child has questions
    unknown,         ///< a kind of result that legacy clients have no word for
};

result_kind kind_of(const std::vector<object_member>& result);

/// Returns `result`, the raw result of a request with `method`, without the members that only the modern era has. An empty result becomes exactly
/// `{}`. Other members keep their bytes, but for two that have another form in the legacy era: the output schemas of tools, and structured content.
/// Both are objects there, so a schema or a value that is none becomes the member `result` of an object.
std::string legacy_result(const std::vector<object_member>& result, legacy_method method);

/// The answer to `initialize` that stands for `discovered`, the raw result of `server/discover`. `revision`, raw, is the one that the client asked
/// for.
std::string initialize_result(std::string_view discovered, std::string_view revision);

}  // namespace bridge::era
