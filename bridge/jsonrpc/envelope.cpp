#include "bridge/jsonrpc/envelope.hpp"

#include "bridge/jsonrpc/envelope_builder.hpp"
#include "bridge/jsonrpc/scanner.hpp"
#include "bridge/jsonrpc/text.hpp"

namespace bridge::jsonrpc {
namespace {

class reader {
public:
    reader(std::string_view text, unsigned max_depth, version_rule rule) : in_(text, max_depth), message_(rule) {}

    read_outcome read() {
        if (in_.peek() != '{') return not_an_object();
        const bool is_whole = in_.object([this](std::string_view key) { return member(object_level::message, key); }) && in_.at_end();
        if (!is_whole) return failure();
        return message_.finish(in_.met_line_break());
    }

private:
    bool member(object_level level, std::string_view key) {
        const name_match match = match_name(level, key);
        const std::optional<object_level> inner = match.inner();
        std::string_view raw;
        const bool is_read =
            inner && in_.peek() == '{' ? object(raw, [this, inner](std::string_view name) { return member(*inner, name); }) : in_.value(raw);
        if (is_read) message_.add(match, raw);
        return is_read;
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
        return message_.not_an_object(is_batch);
    }

    read_error failure() const { return scan_failure(in_.error(), in_.reason(), in_.offset()); }

    scanner in_;
    envelope_builder message_;
};

}  // namespace

bool envelope::is_method(std::string_view wanted) const {
    return !method.empty() && string_equals(method, wanted);
}

read_outcome read_envelope(std::string_view text, unsigned max_depth, version_rule rule) {
    return reader(text, max_depth, rule).read();
}

}  // namespace bridge::jsonrpc
