#include "bridge/child/call_table.hpp"

#include <algorithm>

namespace bridge::child {

std::vector<call_table::entry>::const_iterator call_table::position(std::uint64_t number) const {
    const auto at = std::ranges::lower_bound(calls_, number, {}, &entry::first);
    return at != calls_.end() && at->first == number ? at : calls_.end();
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
