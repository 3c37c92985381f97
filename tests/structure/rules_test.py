"""The rules find what they should, and leave alone what is right."""
import pathlib
import unittest

import await_rule
import check
import prose
import sizes

SOURCE = pathlib.PurePath("bridge/session/session.cpp")
HEADER = pathlib.PurePath("bridge/session/session.hpp")


class Sizes(unittest.TestCase):
    def lengths(self, code: str):
        return [length for _, length in sizes.long_functions(code)]

    def test_measures_functions_constructors_and_members(self):
        body = "    work();\n" * 60
        self.assertEqual(self.lengths("namespace a {\nint f(int b) {\n" + body + "}\n}\n"), [62])
        self.assertEqual(self.lengths("a::a(int b)\n    : c_(b),\n      d_(e) {\n" + body + "}\n"), [64])
        self.assertEqual(self.lengths("class a {\n    int f(\n        int b) const {\n" + "    " * 1 + body.replace("    w", "        w") + "    }\n};\n"), [63])

    def test_leaves_alone_short_functions_and_tables(self):
        self.assertEqual(self.lengths("int f() {\n    work();\n}\n" * 40), [])
        self.assertEqual(self.lengths("constexpr table t = {\n" + "    {1, 2},\n" * 60 + "};\n"), [])


class Prose(unittest.TestCase):
    def test_finds_sentences_without_a_noun(self):
        self.assertEqual(prose.vague_comments("/// What is left.\nint a;\n"), [1])
        self.assertEqual(prose.vague_comments("// It ends. Those that\n// wait go on.\n"), [1])
        self.assertEqual(prose.vague_comments("// It goes on. It ends.\n// Who waits goes on.\n"), [2])
        self.assertEqual(prose.vague_comments("int a;  ///< The same in bytes\n"), [1])
        self.assertEqual(prose.vague_markdown("It ends.\n- One that waits goes on.\n"), [2])

    def test_leaves_alone_nouns_questions_headings_and_code(self):
        self.assertEqual(prose.vague_comments("// The client that waits goes on.\nint what = who;\n"), [])
        self.assertEqual(prose.vague_markdown("# What it is\n\nWhat does it do?\n\n```\nWho\n```\n"), [])


class AwaitRule(unittest.TestCase):
    def broken(self, code: str):
        self.assertTrue(await_rule.violations(code), code)

    def right(self, code: str):
        self.assertEqual(await_rule.violations(code), [], code)

    def test_finds_temporaries(self):
        self.broken("co_await send(message{a, b});")
        self.broken("auto [ec, n] = co_await send({a, b}, nothrow);")
        self.broken("if (co_await send(message{a})) { done(); }")
        self.broken("co_await send(message{});")
        self.broken("co_await send(\n    // why\n    message{a});")

    def test_finds_conditions_that_await(self):
        self.broken("if (!co_await ready(a)) { co_await stop(); }")
        self.broken("while (more && co_await next()) {}")
        self.broken("if (const auto error = co_await read()) co_return;")

    def test_finds_lambdas_that_own(self):
        self.broken("co_await spawn(ex, [v = std::move(v)]() -> awaitable<void> { co_return; }, token);")
        self.broken("co_await spawn(ex, [&a, b] { use(a, b); });")

    def test_leaves_alone_what_is_safe(self):
        self.right("co_await send(std::move(named), nothrow);")
        self.right("if (ready) { f(message{a}); }")
        self.right("if (ready) co_await next(line);")
        self.right("co_await send(status, {}, nothrow);")
        self.right("co_await spawn(ex, [] { run(); });")
        self.right("co_await spawn(ex, [&a, this] { run(a); });")
        self.right('co_await send("{}", table[i], list[j + 1]);')
        self.right("// co_await f(x{});\nauto x = message{a};")
        self.right("for (auto& x : co_await all()) { f(x); }")


class Rules(unittest.TestCase):
    def found(self, rule, path, code):
        return list(rule(path, code))

    def test_layers(self):
        self.assertEqual(len(self.found(check.check_layers, SOURCE, '#include "bridge/http/reply.hpp"\n')), 1)
        self.assertEqual(self.found(check.check_layers, SOURCE, '#include "bridge/core/error.hpp"\n'), [])

    def test_http_does_not_know_mcp(self):
        server = pathlib.PurePath("bridge/http/server.cpp")
        for below in ("child/children.hpp", "session/stream.hpp", "endpoints/routes.hpp", "mcp/names.hpp"):
            self.assertEqual(len(self.found(check.check_layers, server, f'#include "bridge/{below}"\n')), 1, below)
        self.assertEqual(len(self.found(check.check_layers, server, "namespace bridge::session {\nclass stream;\n}\n")), 1)

    def test_a_new_folder_needs_its_place(self):
        self.assertEqual(len(self.found(check.check_layers, pathlib.PurePath("bridge/new/one.cpp"), "")), 1)

    def test_heavy_headers(self):
        code = "#include <nlohmann/json.hpp>\n#include <nlohmann/json_fwd.hpp>\n"
        self.assertEqual(len(self.found(check.check_heavy, HEADER, code)), 1)
        self.assertEqual(self.found(check.check_heavy, SOURCE, code), [])

    def test_threads(self):
        self.assertEqual(self.found(check.check_threads, SOURCE, "\nstd::mutex m;")[0][0], 2)
        self.assertEqual(self.found(check.check_threads, SOURCE, "// std::mutex\nstd::this_thread::get_id();"), [])

    def test_spawn(self):
        code = "#include <boost/asio/co_spawn.hpp>\nboost::asio::co_spawn(where, run(), boost::asio::detached);"
        self.assertEqual([line for line, _ in self.found(check.check_spawn, SOURCE, code)], [1, 2, 2])
        self.assertEqual(self.found(check.check_spawn, SOURCE, "core::spawn(where, named, work, fail);  // co_spawn"), [])
        self.assertEqual(self.found(check.check_spawn, pathlib.PurePath("bridge/core/spawn.hpp"), code), [])

    def test_refusals(self):
        member = "struct outcome {\n    std::chrono::milliseconds retry_after{0};\n};"
        self.assertEqual([line for line, _ in self.found(check.check_refusals, HEADER, member)], [2])
        optional = "struct outcome {\n    std::optional<std::chrono::milliseconds> retry_after{};\n};"
        self.assertEqual(len(self.found(check.check_refusals, HEADER, optional)), 1)
        self.assertEqual(self.found(check.check_refusals, pathlib.PurePath("bridge/child/refusal.hpp"), member), [])
        self.assertEqual(self.found(check.check_refusals, HEADER, "void push(std::string text, std::optional<int> retry_after = {});"), [])
        decides = "switch (why.reason) {\n    case child::refusal::kind::at_limit: return 503;\n}"
        self.assertEqual(len(self.found(check.check_refusals, SOURCE, decides)), 1)
        self.assertEqual(self.found(check.check_refusals, pathlib.PurePath("bridge/session/refusal_answer.cpp"), decides), [])


if __name__ == "__main__":
    unittest.main()
