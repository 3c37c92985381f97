#include "bridge/child/call_table.hpp"

#include <algorithm>

namespace bridge::child {

bool call_table::was_minted(std::uint64_t number) const {
    if (!random_) return number != 0 && number <= minted_;
    return number <= secret_numbering::largest && random_->has_returned(static_cast<std::uint32_t>(number));
}

call_table::entries::const_iterator call_table::position(std::uint64_t number) const {
    if (random_) return std::ranges::find(calls_, number, &entry::first);
    const auto at = std::ranges::lower_bound(calls_, number, {}, &entry::first);  // the numbers ascend
    return at != calls_.end() && at->first == number ? at : calls_.end();
}

std::shared_ptr<call_sink> call_table::remove(std::uint64_t number) {
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

std::vector<std::uint64_t> call_table::overdue(core::clock::time_point now) const {
    std::vector<std::uint64_t> out;
    for (const auto& [number, sink] : calls_) {
        const auto deadline = sink->given_up_at();
        if (deadline && *deadline <= now) out.push_back(number);
    }
    return out;
}

std::vector<std::shared_ptr<call_sink>> call_table::remove_all() {
    std::vector<std::shared_ptr<call_sink>> sinks;
    for (entry& call : calls_) sinks.push_back(std::move(call.second));
    calls_.clear();
    return sinks;
}

}  // namespace bridge::child
