"""The rules find what they should, and leave alone what is right."""
import pathlib
import tempfile
import unittest

import await_rule
import check
import includes
import parameters
import prose
import sizes

SOURCE = pathlib.PurePath("bridge/session/session.cpp")
HEADER = pathlib.PurePath("bridge/session/session.hpp")


class Includes(unittest.TestCase):
    def lacking(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name.replace("_", ".")).write_text(text)
            return includes.lacking(root, root / "a.cpp")

    def test_finds_headers_that_are_there_by_chance_only(self):
        self.assertEqual(self.lacking(a_cpp="#include <string>\nstd::optional<std::string> a;\nstd::uint32_t b = UINT32_MAX;\n"), ["cstdint", "optional"])

    def test_takes_those_of_the_projects_own_headers(self):
        self.assertEqual(self.lacking(a_cpp='#include "a.hpp"\nstd::optional<int> a;\n', a_hpp='#include "b.hpp"\n', b_hpp="#include <optional>\n"), [])

    def test_leaves_alone_comments_texts_and_other_names(self):
        self.assertEqual(self.lacking(a_cpp='// std::optional\nconst char* a = "std::vector";\nmy::vector<int> b;\n'), [])


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


class Parameters(unittest.TestCase):
    def found(self, lines: list[int], code: str):
        self.assertEqual(parameters.nameless_parameters(code), lines, code)

    def test_finds_parameters_of_functions(self):
        self.found([1], "void send(link& to);")
        self.found([1, 1], "bool pass(int from, int to) {")
        self.found([1], "std::string shown(const std::string& id, const task& of) {")
        self.found([1], "explicit store(server& of) : server_(of) {}")
        self.found([1], "void fill(void* to, std::size_t size);")
        self.found([1], "http_response initialize(const http_headers& with = {}, int a = f(1, 2));")
        self.found([1], "unsigned char read(const unsigned char to[4]);")
        self.found([1], "MOCK_METHOD(void, send, (link& to), (override));")

    def test_finds_parameters_over_several_lines(self):
        self.found([2, 4], "core::task<void> run(context& shared,\n    const request& what,\n    members all,\n    reply& to);")
        self.found([3], "void send(int id,  // the number\n          // the other end\n          link& to);")

    def test_finds_parameters_of_templates_types_and_references(self):
        self.found([1], "void add(std::map<std::string, std::vector<int>> of);")
        self.found([1], "void call(std::function<void(int, char)> at);")
        self.found([1], "void move(T&& from);")
        self.found([1], "void all(T&&... of);")
        self.found([1], "void add(node*& at);")
        self.found([1], "std::function<void(link& from)> on_end;")
        self.found([1], "template <class T, std::size_t N>\nvoid one(int);\n".replace("\n", " ") + "void two(array<T, N> in);")

    def test_finds_parameters_of_lambdas(self):
        self.found([1], "const auto which = [](const auto& of) { return of.name; };")
        self.found([2], "sort(all,\n     [&](const item& with) mutable { use(with); });")
        self.found([1], "table rows = {{\"a\", [](server& of) { of.stop(); }}};")

    def test_leaves_alone_calls_and_expressions(self):
        self.found([], "return of(where, what);")
        self.found([], "use(a & to, b * of, c && with, d < at, e > in, -by);")
        self.found([], "f(a < of, b > to);")
        self.found([], "f(std::move(what), *at, &to, where->from, all.of, place::behind, !on);")
        self.found([], "x = static_cast<int>(of) + sizeof(to) + (a ? with : by);")
        self.found([], "f((co_await to), return of, not with, throw what);")
        self.found([], "f({.of = to, .at = where});")
        self.found([], "g(g(what, to)(of)[at]);")

    def test_leaves_alone_variables_conditions_comments_and_texts(self):
        self.found([], "link& to = other;\nfor (std::size_t at = 0; at < size; ++at) {}\nfor (const auto& of : all) {}")
        self.found([], "if (const auto at = find(x); at != end) {}\nwhile (int by = next()) {}\nswitch (int to = f()) {}")
        self.found([], "// void send(link& to);\n/* void send(link& to); */\nauto text = \"send(link& to)\" R\"(send(link& to))\";")

    def test_leaves_alone_nouns_and_parameters_without_a_name(self):
        self.found([], "void send(link& receiver, const of& owner, std::with<to>, from, where&, const what*);")


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

    def test_systems(self):
        code = "#include <sys/epoll.h>\n// prctl\nconst int made = epoll_create1(0);\nopen(\"/proc/stat\", O_RDONLY);\nread(\"/sys\");\n"
        self.assertEqual([line for line, _ in self.found(check.check_systems, SOURCE, code)], [1, 3, 4, 5])
        self.assertEqual(self.found(check.check_systems, pathlib.PurePath("bridge/platform/linux/peer.cpp"), code), [])
        self.assertEqual(self.found(check.check_systems, SOURCE, "platform::environment();\nlist.splice(end, other);\nopen(\"/process\");\n"), [])
        self.assertEqual(self.found(check.check_systems, SOURCE, "log(\"prctl failed, see /proc/self\");\n"), [])
        self.assertEqual(len(self.found(check.check_systems, SOURCE, "#include <gnu/libc-version.h>\n")), 1)
        self.assertEqual(len(self.found(check.check_systems, SOURCE, '#include "bridge/platform/linux/machine_memory.hpp"\n')), 1)

    def test_calls_of_linux(self):
        for call in ("pipe2(ends, O_CLOEXEC)", "accept4(s, nullptr, nullptr, 0)", "syscall(1)", "pidfd_open(p, 0)", "prctl(1)", "memfd_create(n, 0)",
                     "signalfd(-1, &m, 0)", "option(TCP_USER_TIMEOUT)", "malloc_trim(0)", "mallinfo2()", "option(SO_PEERCRED)", "execveat(f)",
                     "socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)", "getsockopt(s, TCP_INFO)", "ucred other{}", "a = environ[0]"):
            self.assertNotEqual(self.found(check.check_systems, SOURCE, call + ";\n"), [], call)

    def test_interface_of_systems(self):
        header = pathlib.PurePath("bridge/platform/peer.hpp")
        self.assertEqual(len(self.found(check.check_systems, header, "void take(epoll_event& event);\n")), 1)
        self.assertEqual(self.found(check.check_systems, header, "bool become(uid_t user);\n"), [])

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
