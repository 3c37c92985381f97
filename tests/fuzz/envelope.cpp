// The envelope reader and the splicer: whatever is read is written again as a message that reads the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace {

using namespace bridge::jsonrpc;

void require(bool holds) {
    if (!holds) std::abort();
}

envelope read_again(const std::string& text) {
    const auto read = read_envelope(text, 64);
    require(std::holds_alternative<envelope>(read));
    return std::get<envelope>(read);
}

void check(const envelope& message) {
    std::string out;
    if (message.kind == message_kind::result || message.kind == message_kind::error) {
        append_answer(out, message, R"("id")");
        const envelope again = read_again(out);
        require(again.kind == message.kind && again.id == R"("id")");
        require(again.result.size() == message.result.size() && again.error.size() == message.error.size());
        return;
    }
    append_call(out, message, message.kind == message_kind::request ? "42" : "", "42");
    const envelope again = read_again(out);
    require(again.kind == message.kind && again.method == message.method && !again.has_line_breaks);
    require(out.find_first_of("\r\n") == std::string::npos);
    if (!message.meta_progress_token.empty()) require(again.meta_progress_token == "42");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto read = read_envelope(text, 64);
    if (const auto* message = std::get_if<envelope>(&read)) check(*message);
    return 0;
}
