#include "bridge/session/older_form.hpp"

#include <optional>

#include "bridge/jsonrpc/writer.hpp"
#include "bridge/session/older_content.hpp"

namespace bridge::session {

void older_form::complete(std::string& text, const jsonrpc::envelope& answer) const {
    if (answer.kind != jsonrpc::message_kind::result) return;
    std::optional<std::string> changed = older_result(answer, kind_, spoken_);
    if (!changed) return;
    // The text has no line breaks between tokens, but `answer` can have.
    if (answer.has_line_breaks) jsonrpc::blank_line_breaks(*changed);
    const std::size_t size = answer.result.size();
    text.replace(text.size() - jsonrpc::answer_tail.size() - size, size, *changed);
}

}  // namespace bridge::session
