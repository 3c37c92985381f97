// The writer of the text of /metrics, which monitoring reads.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "bridge/core/metrics.hpp"

namespace bridge::core {

/// Writes metrics in the Prometheus text format 0.0.4 (prometheus.io, "Exposition formats"). Begin a family of metrics, then write its
/// samples.
///
/// This is not prometheus-cpp: that library brings locks and atomics for threads that the bridge does not have, and Debian has only shared
/// libraries of it, which a static binary cannot use. The tests read the page with the parser of Prometheus's Python client.
class exposition {
public:
    using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    /// Begins a family of metrics. `help` and `type` ("counter", "gauge", "histogram") describe the samples that follow.
    void begin(std::string_view name, std::string_view type, std::string_view help);

    /// Writes one sample of the current family. This function escapes the values of labels. The names of labels must be valid already.
    void sample(double value, labels sample_labels = {});

    /// Writes all samples of a histogram: its ranges, sum and count.
    void sample(const histogram& durations, std::pair<std::string_view, std::string_view> label);

    /// Writes a family that has one sample.
    void counter(std::string_view name, std::string_view help, double value);
    void gauge(std::string_view name, std::string_view help, double value);

    const std::string& text() const { return text_; }

private:
    void append_sample(std::string_view suffix, double value, labels sample_labels);

    std::string name_;
    std::string text_;
};

}  // namespace bridge::core
