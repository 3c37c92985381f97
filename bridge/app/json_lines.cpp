#include "bridge/app/json_lines.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bridge::app {
namespace {

class member_search {
public:
    member_search(std::string_view text, std::string_view wanted) : text_(text), wanted_(wanted) {}

    std::size_t run() {
        while (at_ < text_.size()) {
            if (skip_blank()) continue;
            if (is_before_element_ && text_[at_] != ']') compare();
            is_before_element_ = false;
            read_token();
        }
        return found_;
    }

private:
    struct level {
        std::size_t path_length;  // length of the path of the object or array itself
        bool is_array;
        std::size_t index = 0;
    };

    void advance(std::size_t position) {
        position = std::min(position, text_.size());
        line_ += static_cast<std::size_t>(
            std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
        at_ = position;
    }

    // Skips one space or one comment, if there is one.
    bool skip_blank() {
        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with("//")) {
            advance(std::min(text_.find('\n', at_), text_.size()));
        } else if (rest.starts_with("/*")) {
            const std::size_t end = text_.find("*/", at_ + 2);
            advance(end == std::string_view::npos ? text_.size() : end + 2);
        } else if (std::string_view(" \t\r\n").find(rest.front()) != std::string_view::npos) {
            advance(at_ + 1);
        } else {
            return false;
        }
        return true;
    }

    void read_token() {
        const char first = text_[at_];
        if (first == '"') return read_string();
        if (first == '{' || first == '[') {
            levels_.push_back({.path_length = path_.size(), .is_array = first == '['});
            first == '[' ? begin_element() : begin_member();
        } else if ((first == '}' || first == ']') && !levels_.empty()) {
            path_.resize(levels_.back().path_length);
            levels_.pop_back();
            is_before_name_ = false;
        } else if (first == ',' && !levels_.empty()) {
            ++levels_.back().index;
            levels_.back().is_array ? begin_element() : begin_member();
        }
        advance(at_ + 1);
    }

    void begin_element() {
        path_.resize(levels_.back().path_length);
        path_ += '[' + std::to_string(levels_.back().index) + ']';
        is_before_element_ = true;
        is_before_name_ = false;
    }

    void begin_member() {
        path_.resize(levels_.back().path_length);
        is_before_name_ = true;
    }

    void read_string() {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
        end = std::min(end + 1, text_.size());
        if (is_before_name_) {
            if (!path_.empty()) path_ += '.';
            path_ += decoded(text_.substr(at_, end - at_));
            compare();
            is_before_name_ = false;
        }
        advance(end);
    }

    static std::string decoded(std::string_view literal) {
        if (literal.size() > 2 && literal.find('\\') == std::string_view::npos) return std::string(literal.substr(1, literal.size() - 2));
        const nlohmann::json value = nlohmann::json::parse(literal, nullptr, /*allow_exceptions=*/false);
        return value.is_string() ? value.get<std::string>() : std::string();
    }

    void compare() {
        if (path_ == wanted_) found_ = line_;
    }

    std::string_view text_;
    std::string_view wanted_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t found_ = 0;
    std::string path_;
    std::vector<level> levels_;
    bool is_before_name_ = false;
    bool is_before_element_ = false;
};

}  // namespace

std::size_t line_of_member(std::string_view text, std::string_view path) {
    return member_search(text, path).run();
}

}  // namespace bridge::app
