#include "bridge/jsonrpc/mixed_line.hpp"

#include <algorithm>
#include <utility>

#include "bridge/core/steps.hpp"

namespace bridge::jsonrpc {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// True if an object can begin with '{' and `next`.
bool can_follow_brace(char next) {
    return next == '"' || next == '}' || blanks.find(next) != std::string_view::npos;
}

}  // namespace

bool mixed_line_reader::advance(std::size_t bytes) {
    if (text_ || member_) return true;
    switch (state_) {
        case read_state::text: find_object(bytes); break;
        case read_state::value:
            if (value_->advance(bytes)) end_value();
            break;
        case read_state::broken:
            if (broken_->advance(bytes)) end_broken();
            break;
        case read_state::done: break;
    }
    return text_ || member_ || state_ == read_state::done;
}

std::optional<batch_member> mixed_line_reader::remove_member() {
    return std::exchange(text_ ? text_ : member_, std::nullopt);
}

// Searches `bytes` of text, or up to the next object.
void mixed_line_reader::find_object(std::size_t bytes) {
    const bool is_tired = faults_ >= most_faults || walks_ >= most_walks;
    const std::string_view slice = line_.substr(at_, bytes);
    const std::size_t brace = is_tired ? std::string_view::npos : slice.find('{');
    const std::string_view text = slice.substr(0, brace);
    core::count_steps(text.size() + 1);
    has_text_ = has_text_ || text.find_first_not_of(blanks) != std::string_view::npos;
    at_ += text.size();
    if (at_ == line_.size()) {
        end_text(at_, has_members_ ? "text behind a message" : std::exchange(fault_, {}));
        state_ = read_state::done;
    } else if (brace != std::string_view::npos) {
        begin_ = at_;
        const bool is_object = begin_ + 1 < line_.size() && can_follow_brace(line_[begin_ + 1]);
        if (!is_object) return go_on_at(begin_ + 1);
        value_.emplace(line_.substr(begin_), max_depth_, rule_);
        state_ = read_state::value;
    }
}

void mixed_line_reader::end_value() {
    if (value_->has_passed_value()) {
        read_outcome read = value_->outcome_of_value();
        const bool is_message = std::holds_alternative<envelope>(read);
        if (!is_message) ++faults_;
        return add(value_->offset(), std::move(read));
    }
    ++faults_;
    if (!value_->has_key()) return go_on_at(begin_ + std::max<std::size_t>(value_->offset(), 1));
    broken_.emplace(line_.substr(begin_));
    state_ = read_state::broken;
}

void mixed_line_reader::end_broken() {
    const read_error strict = value_->failure();
    read_error fault = broken_->failure(strict.code, strict.text);
    if (fault.is_answer || fault.is_call) return add(broken_->offset(), std::move(fault));
    // Not meant as a message, so another one can follow within it.
    ++walks_;
    go_on_at(begin_ + std::max<std::size_t>(value_->offset(), 1));
}

// Makes a member of the text up to `end`, unless it is white space.
void mixed_line_reader::end_text(std::size_t end, std::string fault) {
    if (!std::exchange(has_text_, false)) return;
    const std::string_view raw = line_.substr(text_begin_, end - text_begin_);
    text_ = batch_member{.raw = raw, .read = read_error{.code = core::errc::invalid_json, .text = std::move(fault)}};
}

// Makes a member of the object of `size` bytes, behind the text before it.
void mixed_line_reader::add(std::size_t size, read_outcome read) {
    end_text(begin_, has_members_ ? "text behind a message" : "text before a message");
    has_members_ = true;
    member_ = batch_member{.raw = line_.substr(begin_, size), .read = std::move(read)};
    at_ = text_begin_ = begin_ + size;
    state_ = read_state::text;
}

// The brace at `begin_` begins no message: it is text, and the search goes on at `position`.
void mixed_line_reader::go_on_at(std::size_t position) {
    has_text_ = true;
    at_ = std::min(position, line_.size());
    state_ = read_state::text;
}

}  // namespace bridge::jsonrpc
