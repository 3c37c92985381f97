#include "bridge/core/memory_budget.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

#include "bridge/core/metrics.hpp"
#include "bridge/core/retry_after.hpp"

namespace bridge::core {
namespace {

// A client that obeys the Retry-After of a refusal still counts as waiting in between.
constexpr std::int64_t want_seconds = 5;
static_assert(std::chrono::seconds(want_seconds) > usual_retry_after);

// Memory counts as short for this long after a request for memory failed.
constexpr std::int64_t tight_seconds = 2;

std::int64_t current_second() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string in_mebibytes(std::size_t bytes) {
    return std::to_string(bytes / (1024 * 1024)) + " MiB";
}

}  // namespace

memory_budget::memory_budget(std::size_t limit)
    : limit_(limit == 0 ? std::numeric_limits<std::size_t>::max() / 4 : limit), most_usual_(limit_ - limit_ / 4),
      common_(std::make_shared<memory_account>(*this, std::string())) {}

memory_account_ptr memory_budget::account_of(std::string_view principal) {
    if (const auto found = accounts_.find(principal); found != accounts_.end()) {
        if (memory_account_ptr living = found->second.lock()) return living;
    }
    // Principals come and go where people sign in. This removes the accounts that no buffer uses any more.
    if (accounts_.size() >= purge_at_) {
        std::erase_if(accounts_, [](const auto& each) { return each.second.expired(); });
        purge_at_ = std::max<std::size_t>(64, 2 * accounts_.size());
    }
    auto made = std::make_shared<memory_account>(*this, std::string(principal));
    accounts_.insert_or_assign(made->principal(), made);
    return made;
}

void memory_budget::record_want(const memory_account& account) {
    want* slot = &wants_[0];
    for (want& each : wants_) {
        if (each.account == &account) {
            slot = &each;
            break;
        }
        if (each.second < slot->second) slot = &each;
    }
    *slot = {&account, current_second()};
    is_wanted_ = true;
}

bool memory_budget::is_tight() const {
    if (used_ >= most_usual_) return true;
    const std::int64_t since = current_second() - tight_seconds;
    return std::ranges::any_of(wants_, [since](const want& each) { return each.account != nullptr && each.second >= since; });
}

// The budget remembers two accounts, so at least one of them belongs to another principal if another principal waits at all. A new account
// may have the address of a deleted one and be mistaken for it; that can cost a principal half of the budget for a few seconds.
bool memory_budget::others_wait(const memory_account& account) const {
    return std::ranges::any_of(wants_, [&](const want& each) {
        return each.account != nullptr && each.account != &account && current_second() - each.second <= want_seconds;
    });
}

void memory_budget::report(memory_measure measure, std::string_view detail) {
    const auto index = static_cast<std::size_t>(measure);
    ++meters().memory_measures[index];
    meters().count_hit(bound::memory);
    bounded_log& log = logs_[index];
    if (!log.admits(std::chrono::steady_clock::now())) return;
    spdlog::warn("{}: {} of {} are in use (--max-memory){}", detail, in_mebibytes(used_), in_mebibytes(limit_), log.text_of_skipped());
}

bool memory_budget::consume_trim() {
    if (freed_ < worth_trimming) return false;
    freed_ = 0;
    return true;
}

void memory_budget::change(memory_account& account, memory_use use, std::size_t old_bytes, std::size_t new_bytes) {
    // The difference is modulo 2^64, so a decrease works too.
    const std::size_t difference = new_bytes - old_bytes;
    used_ += difference;
    account.used_ += difference;
    by_use_[static_cast<std::size_t>(use)] += difference;
    if (new_bytes >= old_bytes) return;
    freed_ += old_bytes - new_bytes;
    if (!is_wanted_ || used_ + small_message_bytes > most_usual_) return;
    is_wanted_ = false;
    if (on_room_) on_room_();
}

}  // namespace bridge::core
