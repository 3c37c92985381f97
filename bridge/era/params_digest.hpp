// The identity of a request that a client repeats with answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/async.hpp"
#include "bridge/core/digester.hpp"
#include "bridge/jsonrpc/members.hpp"

namespace bridge::era {

/// Makes a digest of a request: of its raw method and of its params, at most `jsonrpc::most_members`, without `_meta` and the members by which a
/// client answers questions. Two requests have the same digest only if they differ in nothing but those members, the order of the params, or white
/// space between the tokens of a param that is no longer than `longest_dense`.
class params_digester {
public:
    /// A client repeats a request in the bytes in which it sent it. So white space counts where it would be costly to find.
    static constexpr std::size_t longest_dense = 32 * 1024;

    /// The text of `params` must outlive it.
    params_digester(std::string_view method, std::vector<jsonrpc::member> params);

    /// Reads about `bytes` bytes more. Returns true when everything has been read.
    bool advance(std::size_t bytes);

    /// Only to be called once, after everything has been read.
    core::digest finish() { return made_.finish(); }

private:
    void begin_part(std::string_view text, bool is_value);

    core::digester made_;
    std::vector<jsonrpc::member> params_;  // in a fixed order
    std::size_t next_ = 0;                 // counts keys and values
    std::string dense_;
    std::string on_one_line_;
    bool is_raw_ = false;    // the current part is a value with its white space
    std::string_view rest_;  // of the current part
};

/// The digest of a request whose params are short: everything is read at once.
core::digest params_digest(std::string_view method, std::vector<jsonrpc::member> params);

/// The digest of a request of any length. Lets the loop do other work in between. The texts must outlive the coroutine.
core::task<core::digest> digest_in_slices(core::executor executor, std::string_view method, std::vector<jsonrpc::member> params);

}  // namespace bridge::era
