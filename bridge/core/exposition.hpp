// The text that monitoring reads.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::core {

/// Writes metrics in the Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"). Begin a family, then give its samples.
///
/// This is not prometheus-cpp: that library brings locks and atomics for threads that the bridge does not have, and Debian has only shared libraries
/// of it, which a static binary cannot use. The tests read the page with the parser of Prometheus's Python client.
class exposition {
public:
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// `help` and `type` ("counter", "gauge", "histogram") of the samples that follow.
    void begin(std::string_view name, std::string_view type, std::string_view help);

    /// One sample of the family begun last. Values of labels are escaped; their names must be valid as they are.
    void sample(double value, labels with = {});

    /// All samples of a histogram: its ranges, sum and count.
    void sample(const histogram& of, std::pair<std::string_view, std::string_view> label);

    /// A family with one sample.
    void counter(std::string_view name, std::string_view help, double value);
    void gauge(std::string_view name, std::string_view help, double value);

    const std::string& text() const { return text_; }

private:
    void append_sample(std::string_view suffix, double value, labels with);

    std::string name_;
    std::string text_;
};

}  // namespace bridge::core
