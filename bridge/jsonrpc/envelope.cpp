#include "bridge/jsonrpc/envelope.hpp"

#include <charconv>

#include "bridge/jsonrpc/envelope_builder.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

class reader {
public:
    reader(std::string_view text, unsigned max_depth) : in_(text, max_depth) {}

    read_outcome read() {
        if (in_.peek() != '{') return not_an_object();
        const bool is_whole = in_.object([this](std::string_view key) { return member(key); }) && in_.at_end();
        if (!is_whole) return failure();
        return message_.finish(in_.met_line_break());
    }

private:
    bool take(const char* fault) { return fault == nullptr || in_.fail(core::errc::not_json_rpc, fault); }

    bool member(std::string_view key) {
        std::string_view raw;
        const bool is_read = string_equals(key, "params") && in_.peek() == '{'
                                 ? object(raw, [this](std::string_view name) { return param(name); })
                                 : in_.value(raw);
        return is_read && take(message_.add(key, raw));
    }

    bool param(std::string_view key) {
        std::string_view raw;
        const bool is_read = string_equals(key, "_meta") && in_.peek() == '{'
                                 ? object(raw, [this](std::string_view name) { return meta(name); })
                                 : in_.value(raw);
        return is_read && take(message_.add_param(key, raw));
    }

    bool meta(std::string_view key) {
        std::string_view raw;
        return in_.value(raw) && take(message_.add_meta(key, raw));
    }

    template <class OnMember>
    bool object(std::string_view& raw, OnMember&& on_member) {
        const std::size_t start = in_.offset();
        if (!in_.object(on_member)) return false;
        raw = in_.text().substr(start, in_.offset() - start);
        return true;
    }

    read_error not_an_object() {
        const bool is_batch = in_.peek() == '[';
        if (!in_.value() || !in_.at_end()) return failure();
        read_error error = message_.refusal(is_batch ? "a batch, where one message is expected" : "not a JSON object");
        error.is_batch = is_batch;
        return error;
    }

    read_error failure() const { return scan_failure(in_.error(), in_.reason(), in_.offset()); }

    scanner in_;
    envelope_builder message_;
};

}  // namespace

bool envelope::is_method(std::string_view name) const {
    return !method.empty() && string_equals(method, name);
}

read_outcome read_envelope(std::string_view text, unsigned max_depth) {
    return reader(text, max_depth).read();
}

std::optional<std::uint64_t> minted_number(std::string_view raw) {
    if (raw.size() > 2 && raw.starts_with('"')) raw = raw.substr(1, raw.size() - 2);
    if (raw.empty() || raw.size() > 16 || raw[0] == '0') return std::nullopt;
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
    if (error != std::errc{} || rest != raw.data() + raw.size() || number >= std::uint64_t{1} << 53) return std::nullopt;
    return number;
}

}  // namespace bridge::jsonrpc
