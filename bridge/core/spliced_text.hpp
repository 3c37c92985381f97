// A text that is made of parts of other texts.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/core/shared_text.hpp"

namespace bridge::core {

/// Joins short copied texts with parts of long texts, which it does not copy.
class spliced_text {
public:
    struct part {
        std::string copied;    ///< comes first
        shared_text shared{};  ///< may be empty
    };

    /// Makes room for so many bytes that are copied next.
    void reserve(std::size_t bytes) { last_copied().reserve(last_copied().size() + bytes); }

    void add(std::string_view copied) { last_copied() += copied; }

    void add(shared_text added) {
        last_copied();
        parts_.back().shared = std::move(added);
    }

    const std::vector<part>& parts() const { return parts_; }
    std::vector<part>& parts() { return parts_; }

    std::size_t size() const {
        std::size_t out = 0;
        for (const part& each : parts_) out += each.copied.size() + each.shared.view().size();
        return out;
    }

    void append_to(std::string& out) const {
        for (const part& each : parts_) out.append(each.copied).append(each.shared.view());
    }

    std::string joined() const {
        std::string out;
        append_to(out);
        return out;
    }

private:
    // Nothing is copied behind a shared text of the same part.
    std::string& last_copied() {
        if (parts_.empty() || !parts_.back().shared.empty()) parts_.emplace_back();
        return parts_.back().copied;
    }

    std::vector<part> parts_;
};

}  // namespace bridge::core
