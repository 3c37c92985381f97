#include "bridge/app/environment_file.hpp"

#include <algorithm>
#include <cctype>

namespace bridge::app {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

bool is_name(std::string_view text) {
    const auto is_part = [](char c) { return c == '_' || c == '.' || c == '-' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    return !text.empty() && std::ranges::all_of(text, is_part);
}

char unescaped(char escaped) {
    switch (escaped) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return escaped;
    }
}

class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    environment_file read() {
        while (!rest_.empty() && out_.mistaken_line == 0) {
            const std::size_t begin = line_;
            if (!read_line()) out_.mistaken_line = begin;
        }
        return std::move(out_);
    }

private:
    // Returns the rest of the current line, and goes on to the next one.
    std::string_view next_line() {
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        ++line_;
        return line;
    }

    bool read_line() {
        const std::string_view line = trimmed(rest_.substr(0, rest_.find('\n')));
        if (line.empty() || line.front() == '#') {
            next_line();
            return true;
        }
        const std::size_t equals = rest_.find('=');
        if (equals >= rest_.find('\n')) return false;
        std::string_view name = trimmed(rest_.substr(0, equals));
        if (name.starts_with("export ")) name = trimmed(name.substr(7));
        if (!is_name(name)) return false;
        rest_.remove_prefix(equals + 1);
        std::string variable = std::string(name) + '=';
        if (!read_value(variable)) return false;
        out_.variables.push_back(std::move(variable));
        return true;
    }

    // Appends the value that begins at the current position to `target`. Returns false if it has no end.
    bool read_value(std::string& target) {
        const std::size_t begin = std::min(rest_.find_first_not_of(" \t"), rest_.size());
        const char first = begin < rest_.size() ? rest_[begin] : '\n';
        if (first == '"' || first == '\'') {
            rest_.remove_prefix(begin + 1);
            return read_quoted(target, first);
        }
        std::string_view line = next_line();
        const std::size_t comment = std::min(line.find(" #"), line.find("\t#"));
        target += trimmed(line.substr(0, comment));
        return target.find('\0') == std::string::npos;
    }

    bool read_quoted(std::string& target, char quote) {
        std::size_t at = 0;
        for (; at < rest_.size() && rest_[at] != quote; ++at) {
            const bool is_escape = quote == '"' && rest_[at] == '\\' && at + 1 < rest_.size();
            if (is_escape) ++at;
            if (rest_[at] == '\n') ++line_;
            target += is_escape ? unescaped(rest_[at]) : rest_[at];
        }
        if (at == rest_.size()) return false;
        rest_.remove_prefix(at + 1);
        const std::string_view behind = trimmed(next_line());
        return (behind.empty() || behind.front() == '#') && target.find('\0') == std::string::npos;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    environment_file out_;
};

}  // namespace

environment_file read_environment_file(std::string_view text) {
    return reader(text).read();
}

}  // namespace bridge::app
