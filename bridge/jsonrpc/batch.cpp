#include "bridge/jsonrpc/batch.hpp"

namespace bridge::jsonrpc {

bool batch_reader::advance(std::size_t bytes) {
    return member_.has_value() || long_scan::advance(bytes) || member_.has_value();
}

void batch_reader::on_key(unsigned depth) {
    if (depth > 1) reading_.on_key(depth - 1, key_at(depth));
}

bool batch_reader::on_member(unsigned depth, std::string_view raw) {
    if (depth > 1) reading_.add(depth - 1, raw);
    return true;
}

void batch_reader::on_element(std::string_view raw) {
    member_ = batch_member{.raw = raw, .read = outcome(raw)};
    reading_ = message_members(rule_);
    end_slice();
}

read_outcome batch_reader::outcome(std::string_view raw) {
    if (raw.starts_with('{')) return reading_.message().finish(element_has_line_breaks());
    return reading_.message().not_an_object(raw.starts_with('['));
}

}  // namespace bridge::jsonrpc
