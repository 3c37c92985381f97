#include <chrono>
#include <memory>

#include "tests/support/raw_json.hpp"
#include "tests/support/stdio_fixture/tools.hpp"

namespace fixture {
namespace {

using test_support::quoted_json;

std::chrono::milliseconds interval(const call& c) {
    return std::chrono::milliseconds(c.number("ms", 0));
}

void slow(server& s, const call& c) {
    s.loop().after(interval(c), [&s, c] {
        // A cancelled request gets no answer, as the specification wants.
        if (c.flag("stubborn") || !s.is_cancelled(c)) s.answer_text(c, c.flag("echo") ? c.params : "slept");
    });
}

void progress_step(server& s, const call& c, long done, long count) {
    if (s.is_cancelled(c)) return;
    if (done == count) return s.answer_text(c, "finished");
    if (!c.progress_token.empty()) {
        s.notify("notifications/progress", R"({"progressToken":)" + c.progress_token + R"(,"progress":)" + std::to_string(done + 1) + R"(,"total":)" +
                                               std::to_string(count) + "}");
    }
    s.loop().after(interval(c), [&s, c, done, count] { progress_step(s, c, done + 1, count); });
}

void progress(server& s, const call& c) {
    progress_step(s, c, 0, c.number("count", 3));
}

void log(server& s, const call& c) {
    const std::string text = c.text("text");
    for (long i = 1; s.writes_log() && i <= c.number("count", 1); ++i) {
        s.notify("notifications/message", R"({"level":"info","logger":"fixture","data":)" + quoted_json(text + " " + std::to_string(i)) + "}");
    }
    s.answer_text(c, "logged");
}

void notify(server& s, const call& c) {
    const auto send = [&s, c] {
        const std::string params = c.raw("params");
        for (long i = 0; i < c.number("count", 1); ++i) s.notify(c.text("method"), params.empty() ? "{}" : params);
    };
    if (!c.flag("after_answer")) send();
    s.answer_text(c, "notified");
    if (c.flag("after_answer")) s.loop().after(interval(c), send);
}

void ask_now(server& s, const call& c) {
    const std::string params = c.raw("params");
    const auto report = [&s, c](const std::string& line) {
        if (c.flag("after_answer")) return;
        s.answer(c, R"({"content":[{"type":"text","text":"asked"}],"structuredContent":{"answer":)" + line + "}}");
    };
    const std::string id = s.ask(c.text("method"), params.empty() ? "{}" : params, report);
    const long patience = c.number("give_up_ms", -1);
    if (patience < 0) return;
    s.loop().after(std::chrono::milliseconds(patience), [&s, c, id] {
        if (s.give_up(id) && !c.flag("after_answer")) s.answer_text(c, "gave up");
    });
}

void ask(server& s, const call& c) {
    if (c.flag("after_answer")) s.answer_text(c, "will ask");
    if (interval(c).count() == 0) return ask_now(s, c);
    s.loop().after(interval(c), [&s, c] { ask_now(s, c); });
}

constexpr tool tools[] = {
    {"slow", "{ms, echo?, stubborn?}: answers after so long; other calls are answered meanwhile", slow},
    {"progress", "{count, ms?}: so many progress notifications, ms apart, then the answer", progress},
    {"log", "{count, text?}: so many log notifications, then the answer", log},
    {"notify", "{method, params?, count?, after_answer?, ms?}: any notification, before or after the answer", notify},
    {"ask", "{method, params?, ms?, after_answer?, give_up_ms?}: a request to the client, answered with what came", ask},
};

}  // namespace

std::span<const tool> timing_tools() {
    return tools;
}

}  // namespace fixture
