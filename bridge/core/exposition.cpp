#include "bridge/core/exposition.hpp"

#include <array>
#include <charconv>

namespace bridge::core {
namespace {

// The shortest text without an exponent that parses to the same number.
class number {
public:
    explicit number(double value) : end_(std::to_chars(text_.data(), text_.data() + text_.size(), value, std::chars_format::fixed).ptr) {}
    std::string_view view() const { return {text_.data(), static_cast<std::size_t>(end_ - text_.data())}; }

private:
    std::array<char, 352> text_{};  // the largest number has 309 digits
    char* end_;
};

void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
}

}  // namespace

void exposition::begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name_).append(" ").append(help);
    text_.append("\n# TYPE ").append(name_).append(" ").append(type).append("\n");
}

void exposition::append_sample(std::string_view suffix, double value, labels sample_labels) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [label, label_value] : sample_labels) {
        if (label.empty()) continue;
        text_ += before;
        text_.append(label).append("=\"");
        append_escaped(text_, label_value);
        text_ += '"';
        before = ',';
    }
    if (before == ',') text_ += '}';
    text_.append(" ").append(number(value).view()).append("\n");
}

void exposition::sample(double value, labels sample_labels) {
    append_sample({}, value, sample_labels);
}

void exposition::sample(const histogram& durations, std::pair<std::string_view, std::string_view> label) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < histogram::bounds.size(); ++i) {
        total += durations.counts()[i];
        append_sample("_bucket", static_cast<double>(total), {label, {"le", number(histogram::bounds[i]).view()}});
    }
    total += durations.counts().back();
    append_sample("_bucket", static_cast<double>(total), {label, {"le", "+Inf"}});
    append_sample("_sum", durations.sum(), {label});
    append_sample("_count", static_cast<double>(total), {label});
}

void exposition::counter(std::string_view name, std::string_view help, double value) {
    begin(name, "counter", help);
    sample(value);
}

void exposition::gauge(std::string_view name, std::string_view help, double value) {
    begin(name, "gauge", help);
    sample(value);
}

}  // namespace bridge::core
