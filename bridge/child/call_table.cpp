#include "bridge/child/call_table.hpp"

#include <algorithm>

namespace bridge::child {

// The position at which the table last used `number`; 0 if it never did.
std::uint64_t call_table::place_of(std::uint64_t number) const {
    if (!random_) return number <= last_ ? number : 0;
    if (number == 0 || number > secret_numbering::largest) return 0;
    const std::uint64_t first = random_->place_of(static_cast<std::uint32_t>(number));
    return first > last_ ? 0 : last_ - (last_ - first) % secret_numbering::largest;
}

std::vector<call_table::entry>::const_iterator call_table::position(std::uint64_t number) const {
    const std::uint64_t place = place_of(number);
    const auto at = std::ranges::lower_bound(calls_, place, {}, &entry::first);
    return at != calls_.end() && at->first == place ? at : calls_.end();
}

std::shared_ptr<call_sink> call_table::take(std::uint64_t number) {
    const auto at = position(number);
    if (at == calls_.end()) return nullptr;
    std::shared_ptr<call_sink> sink = at->second;
    calls_.erase(at);
    return sink;
}

call_sink* call_table::find(std::uint64_t number) const {
    const auto at = position(number);
    return at == calls_.end() ? nullptr : at->second.get();
}

std::vector<std::shared_ptr<call_sink>> call_table::take_all() {
    std::vector<std::shared_ptr<call_sink>> sinks;
    for (entry& call : calls_) sinks.push_back(std::move(call.second));
    calls_.clear();
    return sinks;
}

}  // namespace bridge::child
