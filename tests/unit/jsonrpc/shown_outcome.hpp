// The outcome of reading a message as a text, to compare two readings.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "bridge/jsonrpc/envelope.hpp"

namespace bridge::jsonrpc {

/// Everything that `outcome`, read from `text`, says, with places in the text instead of views.
inline std::string shown(std::string_view text, const std::variant<envelope, read_error>& outcome) {
    const auto place = [text](std::string_view part) {
        return part.empty() ? std::string("-") : std::to_string(part.data() - text.data()) + "+" + std::to_string(part.size());
    };
    if (const auto* fault = std::get_if<read_error>(&outcome)) {
        return std::to_string(static_cast<int>(fault->code)) + " " + fault->text + " " + place(fault->id) + " " + place(fault->other_id) +
               (fault->is_batch ? " batch" : "") + (fault->is_call ? " call" : "") + (fault->is_answer ? " answer" : "");
    }
    const auto& of = std::get<envelope>(outcome);
    std::string out = std::to_string(static_cast<int>(of.kind)) + (of.has_line_breaks ? " lines" : "") + (of.lacks_version ? " no version" : "");
    for (const std::string_view part : {of.id, of.method, of.params, of.result, of.error, of.meta, of.meta_progress_token, of.meta_revision,
                                        of.progress_token, of.request_id, of.task, of.task_id, of.related_task_id}) {
        out += " " + place(part);
    }
    return out;
}

}  // namespace bridge::jsonrpc
