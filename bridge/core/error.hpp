// The error type of the program: a function returns an expected failure as a value and throws no exception for it.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace bridge::core {

/// The failures that a caller handles. Each value has one meaning and one text.
enum class errc {
    timed_out = 1,      ///< a deadline passed
    invalid_json,       ///< the text is not JSON
    invalid_utf8,       ///< the bytes are not UTF-8
    too_deep,           ///< JSON is nested deeper than the limit
    not_json_rpc,       ///< the text is JSON, but not one JSON-RPC 2.0 message
    ambiguous_names,    ///< a JSON-RPC message whose member names two readers can understand differently
    child_exited,       ///< the child process ended
    child_not_reading,  ///< the child process does not read its stdin, and the backlog for it has reached its limit
    limit_reached,      ///< a configured limit was reached
    no_memory,          ///< the memory budget is used up
};

const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
    return {static_cast<int>(e), error_category()};
}

/// A `T`, or why there is none.
template <class T, class E = boost::system::error_code>
class [[nodiscard]] result : public boost::system::result<T, E> {
public:
    using base = boost::system::result<T, E>;
    using base::base;
};

}  // namespace bridge::core

template <>
struct boost::system::is_error_code_enum<bridge::core::errc> : std::true_type {};
