"""A strict reader of the part of Bicep that infra/ uses. What it does not know is a mistake, so nothing is passed over unread.

Follows the language as its documentation describes it. Left out because nothing here uses it: user-defined types and functions, imports,
spread, union types, nested resources.
"""

import re
from functools import lru_cache

from .nodes import Mistake, Node, Statement

TOKEN = re.compile(
    r"(?P<space>[ \t\r]+)|(?P<comment>//[^\n]*)|(?P<block>/\*.*?\*/)|(?P<line>\n)|(?P<number>\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<op>=>|==|!=|=~|!~|<=|>=|&&|\|\||\?\?|\.\?|\[\?|::|[@=:.,?!<>+\-*/%(){}\[\]])",
    re.S,
)
ESCAPE = re.compile(r"\\(?:[nrt\\']|\$|u\{[0-9a-fA-F]+\})")
LEVELS = [["??"], ["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]]


def closing(text, start, line):
    """Where the `}` is that ends the interpolation whose inside begins at `start`."""
    depth = 1
    while start < len(text):
        if text[start] == "'":
            start, _ = read_string(text, start, line)
            continue
        depth += {"{": 1, "}": -1}.get(text[start], 0)
        if depth == 0:
            return start
        start += 1
    raise Mistake(line, "an interpolation has no end")


def read_string(text, start, line):
    """The string literal at `start`: where it ends, and its node."""
    if text.startswith("'''", start):
        end = text.find("'''", start + 3)
        if end < 0:
            raise Mistake(line, "a string has no end")
        return end + 3, Node("string", line, items=[text[start + 3 : end]])
    parts, here, literal = [], start + 1, ""
    while True:
        if here >= len(text) or text[here] == "\n":
            raise Mistake(line, "a string has no end on its line")
        if text[here] == "'":
            break
        if text.startswith("${", here):
            end = closing(text, here + 2, line)
            if literal:
                parts.append(literal)
            parts.append(Parser(text[here + 2 : end], line).whole_expression())
            literal, here = "", end + 1
        elif text[here] == "\\":
            escape = ESCAPE.match(text, here)
            if not escape:
                raise Mistake(line, f"unknown escape {text[here:here + 2]!r}")
            literal += escape.group()
            here = escape.end()
        else:
            literal += text[here]
            here += 1
    if literal or not parts:
        parts.append(literal)
    return here + 1, Node("string", line, items=parts)


def tokens(text, line):
    here, out = 0, []
    while here < len(text):
        if text[here] == "'":
            end, node = read_string(text, here, line)
            out.append(("string", node, line))
            line += text.count("\n", here, end)
            here = end
            continue
        found = TOKEN.match(text, here)
        if not found:
            raise Mistake(line, f"unexpected {text[here]!r}")
        kind = found.lastgroup
        if kind in ("line", "number", "name", "op"):
            out.append((kind, found.group(), line))
        line += found.group().count("\n")
        here = found.end()
    out.append(("end", "", line))
    return out


class Parser:
    def __init__(self, text, line=1):
        self.tokens = tokens(text, line)
        self.at = 0

    def peek(self, skip_lines=False):
        at = self.at
        while skip_lines and self.tokens[at][0] == "line":
            at += 1
        return self.tokens[at]

    def line(self):
        return self.tokens[self.at][2]

    def skip_lines(self):
        while self.tokens[self.at][0] == "line":
            self.at += 1

    def take(self, kind, value=None):
        got = self.tokens[self.at]
        if got[0] != kind or (value is not None and got[1] != value):
            raise Mistake(got[2], f"expected {value or kind}, found {got[1] if isinstance(got[1], str) and got[1].strip() else got[0]!r}")
        self.at += 1
        return got[1]

    def has(self, value, skip_lines=False):
        kind, got, _ = self.peek(skip_lines)
        if kind in ("op", "name") and got == value:
            if skip_lines:
                self.skip_lines()
            self.at += 1
            return True
        return False

    def whole_expression(self):
        node = self.expression()
        if self.peek()[0] != "end":
            raise Mistake(self.line(), "more than one expression")
        return node

    # Expressions, from the loosest binding to the tightest.
    def expression(self):
        condition = self.binary(0)
        line = self.line()
        if not self.has("?", skip_lines=True):
            return condition
        self.skip_lines()
        yes = self.expression()
        if not self.has(":", skip_lines=True):
            raise Mistake(self.line(), "a `?` without `:`")
        self.skip_lines()
        return Node("ternary", line, items=[condition, yes, self.expression()])

    def binary(self, level):
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek()[0] == "op" and self.peek()[1] in LEVELS[level]:
            line, operator = self.line(), self.take("op")
            self.skip_lines()
            left = Node("binary", line, operator, [left, self.binary(level + 1)])
        return left

    def unary(self):
        if self.peek()[0] == "op" and self.peek()[1] in ("!", "-"):
            line, operator = self.line(), self.take("op")
            return Node("unary", line, operator, [self.unary()])
        return self.postfix(self.primary())

    def postfix(self, node):
        while True:
            line = self.line()
            if self.has("."):
                name = self.take("name")
                if self.peek()[1] == "(":
                    node = Node("call", line, name, [node, *self.arguments()])
                else:
                    node = Node("member", line, name, [node])
            elif self.has(".?"):
                node = Node("member", line, self.take("name"), [Node("safe", line, items=[node])])
            elif self.has("["):
                node = Node("index", line, items=[node, self.expression()])
                self.take("op", "]")
            elif self.has("!"):
                node = Node("assert", line, items=[node])
            else:
                return node

    def arguments(self):
        self.take("op", "(")
        out = []
        self.skip_lines()
        while not self.has(")", skip_lines=True):
            if out:
                self.take("op", ",")
                self.skip_lines()
            out.append(self.expression())
            self.skip_lines()
        return out

    def primary(self):
        kind, value, line = self.peek()
        if kind == "string":
            self.at += 1
            return value
        if kind == "number":
            self.at += 1
            return Node("number", line, int(value))
        if kind == "op" and value == "{":
            return self.object()
        if kind == "op" and value == "[":
            return self.array()
        if kind == "op" and value == "(":
            self.at += 1
            node = self.expression()
            self.take("op", ")")
            return node
        if kind != "name":
            raise Mistake(line, f"an expression cannot begin with {value if isinstance(value, str) and value.strip() else kind!r}")
        self.at += 1
        if value in ("true", "false"):
            return Node("bool", line, value == "true")
        if value == "null":
            return Node("null", line)
        if self.peek()[1] == "(":
            return Node("call", line, value, [None, *self.arguments()])
        if self.has("=>"):
            return Node("lambda", line, [value], [self.expression()])
        return Node("name", line, value)

    def object(self):
        node = Node("object", self.line())
        self.take("op", "{")
        seen = set()
        while True:
            self.skip_lines()
            if self.has("}"):
                return node
            kind, key, line = self.peek()
            self.at += 1
            if kind == "string":
                if len(key.items) != 1 or not isinstance(key.items[0], str):
                    raise Mistake(line, "a key that is put together")
                key = key.items[0]
            elif kind != "name":
                raise Mistake(line, f"a key cannot be {key!r}")
            if key in seen:
                raise Mistake(line, f"the key {key} stands twice")
            seen.add(key)
            self.take("op", ":")
            self.skip_lines()
            node.items.append((key, self.expression(), line))
            if not self.has(",") and self.peek()[1] != "}":
                self.take("line")

    def array(self):
        line = self.line()
        self.take("op", "[")
        if self.peek(skip_lines=True)[1] == "for":
            self.skip_lines()
            return self.loop(line)
        node = Node("array", line)
        while True:
            self.skip_lines()
            if self.has("]"):
                return node
            node.items.append(self.expression())
            if not self.has(",") and self.peek()[1] != "]":
                self.take("line")

    def loop(self, line):
        """`for x in xs: body]`, `for (x, i) in xs: body]`; an `if` before the body is not used here."""
        self.take("name", "for")
        if self.has("("):
            names = [self.take("name")]
            self.take("op", ",")
            names.append(self.take("name"))
            self.take("op", ")")
        else:
            names = [self.take("name")]
        self.take("name", "in")
        collection = self.expression()
        self.take("op", ":")
        self.skip_lines()
        body = self.expression()
        self.skip_lines()
        self.take("op", "]")
        return Node("for", line, names, [collection, body])

    # Statements.
    def file(self):
        out, decorators = [], []
        while True:
            self.skip_lines()
            if self.peek()[0] == "end":
                if decorators:
                    raise Mistake(self.line(), "a decorator before nothing")
                return out
            if self.has("@"):
                decorators.append(self.postfix(self.primary()))
                self.take("line")
                continue
            statement = self.statement()
            statement.decorators, decorators = decorators, []
            out.append(statement)
            if self.peek()[0] != "end":
                self.take("line")

    def statement(self):
        line, word = self.line(), self.take("name")
        if word == "targetScope":
            self.take("op", "=")
            return Statement(word, line, value=self.expression())
        if word == "extension":
            return Statement(word, line, self.take("name"))
        if word not in ("metadata", "param", "var", "resource", "module", "output"):
            raise Mistake(line, f"a statement cannot begin with {word}")
        statement = Statement(word, line, self.take("name"))
        if word in ("param", "output"):
            statement.type = self.take("name")
            if self.has("?"):
                statement.type += "?"
            if word == "param" and self.peek()[1] != "=":
                return statement
        elif word in ("resource", "module"):
            path = self.take("string")
            if len(path.items) != 1 or not isinstance(path.items[0], str):
                raise Mistake(line, "a path that is put together")
            statement.path = path.items[0]
            statement.existing = word == "resource" and self.has("existing")
        self.take("op", "=")
        if word in ("resource", "module"):
            self.body(statement)
        else:
            self.skip_lines()
            statement.value = self.expression()
        return statement

    def body(self, statement):
        if self.has("if"):
            self.take("op", "(")
            statement.condition = self.expression()
            self.take("op", ")")
        value = self.expression()
        if value.kind == "for":
            statement.loop, value = value, value.items[1]
        if value.kind != "object":
            raise Mistake(statement.line, f"the body of {statement.name} is no object")
        statement.value = value


@lru_cache(maxsize=64)
def parse(text):
    """The statements of a file, which nobody may change: they are kept, because the checks' own tests read the same files many times. Throws
    Mistake."""
    return Parser(text).file()
