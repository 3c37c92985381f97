// The results of a modern child, as legacy clients expect them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/era/legacy_method.hpp"
#include "bridge/era/legacy_schema.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// The kinds of results, by their `resultType`.
enum class result_kind {
    complete,
    input_required,  ///< the child has questions
    unknown,         ///< a kind of result that legacy clients have no word for
};

result_kind kind_of(const std::vector<jsonrpc::member>& result);

/// Returns the members `result` of the result of `answer`, of a request with `method`, without the members that only the modern era has. An empty
/// result becomes exactly
/// `{}`. `tool` is the raw name of the tool that was called. Other members keep their bytes, but for two that have another form in the legacy era:
/// the output schemas of tools, and structured content. Both are objects there, so a schema or a value that is none becomes the member `result` of an
/// object.
std::string legacy_result(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result, legacy_method method, std::string_view tool,
                          wrapped_tools& wrapped);

/// The pieces of that result, parts of `result` and others. `tools`, if it is not empty, are the pieces of the new form of its list of tools; without
/// them the list stays as it is.
std::vector<std::string_view> legacy_pieces(const jsonrpc::envelope& answer, const std::vector<jsonrpc::member>& result, legacy_method method,
                                            std::string_view tool, const wrapped_tools& wrapped, const std::vector<std::string_view>& tools = {});

/// True if the part of `text` from `begin` on, but for the last `tail` bytes, can become `pieces` in their order, where none of them is overwritten
/// before it has moved.
bool fit_in_place(const std::vector<std::string_view>& pieces, std::string_view text, std::size_t begin, std::size_t tail);

/// The answer to `initialize` that stands for `discovered`, the raw result of `server/discover`. `revision`, raw, is the one that the client asked
/// for.
std::string initialize_result(std::string_view discovered, std::string_view revision);

}  // namespace bridge::era
