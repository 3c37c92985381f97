#include "bridge/child/command_era.hpp"

#include <algorithm>
#include <chrono>

#include "bridge/jsonrpc/find_member.hpp"
#include "bridge/jsonrpc/writer.hpp"
#include "bridge/mcp/revision.hpp"
#include "bridge/mcp/revision_list.hpp"

namespace bridge::child {
namespace {

// A try ends without a signal, and rarely takes longer than a few looks.
constexpr std::chrono::milliseconds between_looks{10};

// UnsupportedProtocolVersionError (revision 2026-07-28, schema).
constexpr std::string_view unsupported_version = "-32022";

// Of an error object that is searched. Real ones have some hundred bytes.
constexpr std::size_t longest_error = 64 * 1024;

// A server that refuses every client must not be started twice for each of them.
constexpr std::chrono::minutes between_tries{1};

bool names_modern(std::string_view error) {
    return jsonrpc::find_member(error, "code") == unsupported_version ||
           mcp::lists_revision(jsonrpc::find_member(jsonrpc::find_member(error, "data"), "supported"), mcp::is_modern);
}

// A server that does not know the method `initialize` may be of the modern era, which does not have it.
bool may_be_modern(std::string_view error) {
    return jsonrpc::find_member(error, "code") == std::to_string(jsonrpc::error_code::method_not_found);
}

}  // namespace

bool command_era::learn_from_refused_initialize(std::string_view error, core::clock::time_point now) {
    if (fixed_ || translator_ == nullptr) return false;
    const bool is_read = error.size() <= longest_error;
    if (is_read && names_modern(error)) {
        record(mcp::era::modern);
        return true;
    }
    if (!is_read || !may_be_modern(error)) return may_try(now);
    expect(mcp::era::modern);
    return true;
}

core::task<void> command_era::wait_for_try(core::executor executor, core::clock::time_point deadline) const {
    core::event pause(executor);
    while (is_tried() && core::clock::now() < deadline) co_await pause.wait_until(std::min(deadline, core::clock::now() + between_looks));
}

bool command_era::may_try(core::clock::time_point now) {
    if (fixed_ || translator_ == nullptr || learnt() || now < next_try_) return false;
    next_try_ = now + between_tries;
    return true;
}

}  // namespace bridge::child
