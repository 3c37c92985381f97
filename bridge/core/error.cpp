#include "bridge/core/error.hpp"

#include <string>

namespace bridge::core {
namespace {

const char* text_of(errc e) {
    switch (e) {
        case errc::timed_out: return "timed out";
        case errc::invalid_json: return "invalid JSON";
        case errc::invalid_utf8: return "invalid UTF-8";
        case errc::too_deep: return "JSON nested too deeply";
        case errc::not_json_rpc: return "not a JSON-RPC 2.0 message";
        case errc::ambiguous_names: return "a JSON-RPC message with ambiguous member names";
        case errc::child_exited: return "the server process ended";
        case errc::child_not_reading: return "the server process does not read its input";
        case errc::limit_reached: return "a limit was reached";
        case errc::no_memory: return "the bridge has no memory to keep the request until a server process is ready (--max-memory)";
    }
    return "unknown error";
}

// Boost's base class has a protected, non-virtual destructor on purpose (it is a literal type).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {  // NOLINT(cppcoreguidelines-virtual-class-destructor)
public:
    const char* name() const noexcept override { return "mcp-bridge"; }
    std::string message(int value) const override { return text_of(static_cast<errc>(value)); }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const category instance;
    return instance;
}

}  // namespace bridge::core
