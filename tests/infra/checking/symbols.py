"""Names: everything used is declared, every module is passed what it takes, outputs exist, and what Azure has to know before it begins is
known then. `check` returns mistakes as text."""

from itertools import product
from pathlib import Path

from .nodes import Mistake, entries, literal, walk
from .syntax import parse

# Functions of the language with the number of arguments that they take.
FUNCTIONS = {
    "array": (1, 1), "base64": (1, 1), "bool": (1, 1), "concat": (1, 99), "contains": (2, 2), "deployment": (0, 0), "empty": (1, 1),
    "endsWith": (2, 2), "environment": (0, 0), "filter": (2, 2), "first": (1, 1), "flatten": (1, 1), "format": (1, 99), "guid": (1, 99),
    "indexOf": (2, 2), "int": (1, 1), "intersection": (2, 99), "items": (1, 1), "join": (2, 2), "json": (1, 1), "last": (1, 1),
    "length": (1, 1), "listKeys": (2, 3), "loadFileAsBase64": (1, 1), "loadJsonContent": (1, 3), "loadTextContent": (1, 2), "map": (2, 2),
    "max": (1, 99), "min": (1, 99), "newGuid": (0, 0), "padLeft": (2, 3), "range": (2, 2), "reduce": (3, 3), "replace": (3, 3),
    "resourceGroup": (0, 2), "resourceId": (2, 99), "skip": (2, 2), "sort": (2, 2), "split": (2, 2), "startsWith": (2, 2), "string": (1, 1),
    "subscription": (0, 1), "subscriptionResourceId": (2, 99), "substring": (2, 3), "take": (2, 2), "tenant": (0, 0), "toLower": (1, 1),
    "toObject": (2, 3), "toUpper": (1, 1), "trim": (1, 1), "union": (2, 99), "uniqueString": (1, 99), "uri": (2, 2), "utcNow": (0, 1),
}
DECORATORS = {
    "description": "param output var resource module metadata", "allowed": "param", "minLength": "param output", "maxLength": "param output",
    "minValue": "param output", "maxValue": "param output", "secure": "param output", "metadata": "param output",
    "batchSize": "resource module", "onlyIfNotExists": "resource",
}
NO_ARGUMENTS = ("secure", "onlyIfNotExists")
TYPES = ("string", "int", "bool", "object", "array")
ONLY_DEFAULTS = ("newGuid", "utcNow")
# What of a resource is known before a deployment begins: what the template itself says.
KNOWN_EARLY = ("id", "name", "type", "apiVersion", "uniqueName")


class File:
    def __init__(self, path, root):
        self.path, self.shown = path, str(path.relative_to(root))
        self.statements = parse(path.read_text())
        self.by_name = {s.name: s for s in self.statements if s.kind in ("param", "var", "resource", "module")}
        self.params = {s.name: s for s in self.statements if s.kind == "param"}
        self.outputs = {s.name: s for s in self.statements if s.kind == "output"}


def load(root):
    """All files of infra/ by path, and the mistakes of those that cannot be read."""
    files, mistakes = {}, []
    for path in sorted((root / "infra").rglob("*.bicep")):
        try:
            files[path.resolve()] = File(path, root)
        except Mistake as mistake:
            mistakes.append(f"{path.relative_to(root)}: {mistake}")
    return files, mistakes


class Symbols:
    def __init__(self, file, files, modules):
        self.file, self.files, self.modules = file, files, modules
        self.mistakes, self.used = [], set()

    def wrong(self, line, text):
        self.mistakes.append(f"{self.file.shown}:{line}: {text}")

    def check(self):
        names, extensions, outputs = set(), False, set()
        for s in self.file.statements:
            if s.kind in ("param", "var", "resource", "module"):
                if s.name in names:
                    self.wrong(s.line, f"{s.name} is declared twice")
                names.add(s.name)
            if s.kind == "output":
                if s.name in outputs:
                    self.wrong(s.line, f"output {s.name} stands twice")
                outputs.add(s.name)
            extensions = extensions or s.kind == "extension"
        for s in self.file.statements:
            self.decorators(s)
            if s.kind in ("param", "output") and s.type.rstrip("?") not in TYPES:
                self.wrong(s.line, f"unknown type {s.type}")
            if s.kind == "resource":
                self.resource(s, extensions)
            if s.kind == "module":
                self.module(s)
            scope = set(s.loop.value) if s.loop else set()
            for node in (s.condition, s.loop.items[0] if s.loop else None):
                self.expression(node, set(), s)
                self.early(node, set(), s)
            self.expression(s.value, scope, s)
        for s in self.file.statements:
            if s.kind in ("param", "var") and s.name not in self.used:
                self.wrong(s.line, f"{s.kind} {s.name} is not used")
        return self.mistakes

    def decorators(self, s):
        for node in s.decorators:
            if node.kind != "call" or node.value not in DECORATORS:
                self.wrong(s.line, f"unknown decorator on {s.name}")
            elif s.kind not in DECORATORS[node.value].split():
                self.wrong(s.line, f"@{node.value} cannot stand before {s.kind} {s.name}")
            elif node.value in NO_ARGUMENTS and len(node.items) > 1:
                self.wrong(s.line, f"@{node.value} takes no arguments")
            elif node.value == "onlyIfNotExists" and s.existing:
                self.wrong(s.line, f"@{node.value} stands before {s.name}, which exists")
        if s.kind == "param" and not any(node.value == "description" for node in s.decorators):
            self.wrong(s.line, f"param {s.name} has no description")

    def resource(self, s, extensions):
        kind, _, version = s.path.partition("@")
        stable = version[:10].replace("-", "")
        dated = len(version) >= 10 and version[4] == version[7] == "-" and stable.isdigit() and version[10:] in ("", "-preview")
        graph = kind.startswith("Microsoft.Graph/") and version == "v1.0"
        if not (dated or graph) or kind.count("/") < 1:
            self.wrong(s.line, f"{s.path!r} is no type with a version")
        if graph and not extensions:
            self.wrong(s.line, f"{kind} needs an extension")
        members = entries(s.value)
        if "name" not in members and not graph:
            self.wrong(s.line, f"resource {s.name} has no name")
        if s.existing and set(members) - {"name", "parent", "scope", "uniqueName", "appId"}:
            self.wrong(s.line, f"existing resource {s.name} states more than where it is")
        parent = members.get("parent")
        if parent is not None:
            base = parent.items[0] if parent.kind == "index" else parent
            above = self.file.by_name.get(base.value) if base.kind == "name" else None
            if above is None or above.kind != "resource":
                self.wrong(s.line, f"the parent of {s.name} is no resource")
            elif kind.rsplit("/", 1)[0].lower() != above.path.split("@")[0].lower():
                self.wrong(s.line, f"{kind} does not belong below {above.path.split('@')[0]}")
        elif not graph and not s.existing and kind.count("/") > 1:
            self.wrong(s.line, f"resource {s.name} has no parent")
        self.early(members.get("name"), set(s.loop.value) if s.loop else set(), s)

    def target(self, s):
        """What a module takes and gives: parameters with whether they are required, outputs. None where there is none such."""
        if s.path.startswith("br/public:"):
            known = self.modules.get(s.path[len("br/public:"):])
            return known and ({name: bool(p.get("required")) for name, p in known["params"].items()}, set(known["outputs"]))
        file = self.files.get((self.file.path.parent / s.path).resolve())
        return file and ({name: p.value is None and not p.type.endswith("?") for name, p in file.params.items()}, set(file.outputs))

    def module(self, s):
        members = entries(s.value)
        unknown = set(members) - {"name", "scope", "params", "dependsOn"}
        if unknown:
            self.wrong(s.line, f"module {s.name} has {sorted(unknown)}")
        target = self.target(s)
        if not target:
            self.wrong(s.line, f"module {s.name}: no {s.path} (of modules of the registry only those in known/modules.json; see renew-known)")
            return
        takes, _ = target
        given = entries(members.get("params"))
        for name in sorted(set(given) - set(takes)):
            self.wrong(given[name].line, f"module {s.name}: {s.path} takes no {name}")
        for name in sorted(name for name, required in takes.items() if required and name not in given):
            self.wrong(s.line, f"module {s.name}: {s.path} needs {name}")

    def expression(self, node, scope, s):
        """Names in an expression, with those that loops and lambdas bring in `scope`."""
        if node is None or isinstance(node, str):
            return
        if node.kind == "name":
            if node.value in scope:
                return
            if node.value not in self.file.by_name:
                self.wrong(node.line, f"nothing is called {node.value}")
            elif self.file.by_name[node.value] is s and s.kind != "output":
                self.wrong(node.line, f"{node.value} refers to itself")
            self.used.add(node.value)
            return
        if node.kind == "lambda":
            scope = scope | set(node.value)
        if node.kind == "for":
            self.expression(node.items[0], scope, s)
            self.expression(node.items[1], scope | set(node.value), s)
            return
        if node.kind == "call":
            self.call(node, s)
        if node.kind == "member":
            self.member(node, scope)
        for item in node.items:
            self.expression(item[1] if isinstance(item, tuple) else item, scope, s)

    def call(self, node, s):
        if node.items[0] is not None:
            self.wrong(node.line, f"methods are not used here: {node.value}")
            return
        least, most = FUNCTIONS.get(node.value, (None, None))
        if least is None:
            self.wrong(node.line, f"no function is called {node.value}")
        elif not least <= len(node.items) - 1 <= most:
            self.wrong(node.line, f"{node.value} takes {least} to {most} arguments")
        if node.value in ONLY_DEFAULTS and s.kind != "param":
            self.wrong(node.line, f"{node.value} may stand in the default of a parameter only")
        if node.value.startswith("load"):
            path = literal(node.items[1])
            if path is None or not (self.file.path.parent / path).is_file():
                self.wrong(node.line, f"no file {path}")

    def member(self, node, scope):
        """`module.outputs.name`, with a `!` where the module has a condition."""
        inner = node.items[0]
        if inner.kind != "member" or inner.value != "outputs":
            return
        module = inner.items[0]
        asserted = module.kind == "assert"
        module = module.items[0] if asserted else module
        s = self.file.by_name.get(module.value) if module.kind == "name" and module.value not in scope else None
        if s is None or s.kind != "module":
            return
        target = self.target(s)
        if target and node.value not in target[1]:
            self.wrong(node.line, f"module {s.name} gives no {node.value}")
        if bool(s.condition) != asserted:
            self.wrong(node.line, f"{s.name} {'may not be there: write ' + s.name + '!' if s.condition else 'is always there: no ! is needed'}")

    def early(self, node, scope, s, seen=()):
        """What conditions, loops and names are made of is known before the deployment begins."""
        if node is None or isinstance(node, str):
            return
        if node.kind == "call" and node.value in ("listKeys", "reference"):
            self.wrong(s.line, f"{s.name}: {node.value} is known too late for a name, condition or loop")
        if node.kind == "member" and node.value in KNOWN_EARLY and node.items[0].kind == "name":
            return
        if node.kind == "name" and node.value not in scope and node.value not in seen:
            other = self.file.by_name.get(node.value)
            if other is not None and other.kind in ("resource", "module"):
                self.wrong(s.line, f"{s.name}: what {node.value} gives is known too late for a name, condition or loop")
            elif other is not None and other.kind == "var":
                self.early(other.value, scope, s, (*seen, node.value))
        for item in node.items:
            self.early(item[1] if isinstance(item, tuple) else item, scope | set(node.value if node.kind in ("for", "lambda") else ()), s, seen)


class Unknown(Exception):
    pass


class Branches:
    """Follows a file for every choice of its closed parameters, and asks that no branch touches a module that is not deployed then."""

    def __init__(self, file):
        self.file, self.mistakes = file, set()
        self.choices = {}
        for s in file.params.values():
            allowed = [d.items[1] for d in s.decorators if d.value == "allowed"]
            if s.type == "bool":
                self.choices[s.name] = [True, False]
            elif allowed and all(literal(item) is not None for item in allowed[0].items):
                self.choices[s.name] = [literal(item) for item in allowed[0].items]

    def check(self):
        for values in product(*self.choices.values()):
            self.values = dict(zip(self.choices, values))
            for s in self.file.statements:
                if s.kind in ("resource", "module", "output") and self.holds(s.condition):
                    self.follow(s.value)
        return sorted(self.mistakes)

    def holds(self, condition):
        try:
            return condition is None or self.value(condition) is not False
        except Unknown:
            return True

    def value(self, node):
        if node.kind == "bool":
            return node.value
        if literal(node) is not None:
            return literal(node)
        if node.kind == "name":
            if node.value in self.values:
                return self.values[node.value]
            other = self.file.by_name.get(node.value)
            if other is not None and other.kind == "var":
                return self.value(other.value)
        if node.kind == "unary" and node.value == "!":
            return not self.value(node.items[0])
        if node.kind == "binary" and node.value in ("==", "!=", "&&", "||"):
            left, right = (self.value(item) for item in node.items)
            return {"==": left == right, "!=": left != right, "&&": left and right, "||": left or right}[node.value]
        if node.kind == "ternary":
            return self.value(node.items[1 if self.value(node.items[0]) else 2])
        raise Unknown

    def follow(self, node):
        if node is None or isinstance(node, str):
            return
        if node.kind == "ternary":
            try:
                taken = [node.items[1 if self.value(node.items[0]) else 2]]
            except Unknown:
                taken = node.items
            for item in taken:
                self.follow(item)
            return
        if node.kind == "assert" and node.items[0].kind == "name":
            s = self.file.by_name.get(node.items[0].value)
            if s is not None and not self.holds(s.condition):
                self.mistakes.add(f"{self.file.shown}:{node.line}: {s.name} is not deployed with {self.relevant(s)}")
        if node.kind == "name":
            other = self.file.by_name.get(node.value)
            if other is not None and other.kind == "var":
                self.follow(other.value)
        for item in node.items:
            self.follow(item[1] if isinstance(item, tuple) else item)

    def relevant(self, s):
        """The choices that the condition of a statement is made of."""
        names = set()

        def visit(node):
            if node.kind == "name":
                other = self.file.by_name.get(node.value)
                if node.value in self.values:
                    names.add(node.value)
                elif other is not None and other.kind == "var":
                    walk(other.value, visit)

        walk(s.condition, visit)
        return ", ".join(f"{name} {self.values[name]}" for name in sorted(names))


def check(root, modules):
    """Mistakes in the names of all files of infra/, and which file nobody uses."""
    files, mistakes = load(root)
    deployments = {}
    used = {(root / "infra/main.bicep").resolve()}
    for file in files.values():
        mistakes += Symbols(file, files, modules).check() + Branches(file).check()
        for s in file.statements:
            name = literal(entries(s.value).get("name")) if s.kind == "module" and s.value is not None else None
            if name in deployments:
                mistakes.append(f"{file.shown}:{s.line}: {deployments[name]} makes a deployment {name} too, in the same group and perhaps at the same time")
            elif name:
                deployments[name] = f"{file.shown}:{s.line}"
        used.update((Path(file.path).parent / s.path).resolve() for s in file.statements if s.kind == "module")
    mistakes += [f"{file.shown}: no module uses this file" for path, file in files.items() if path not in used]
    return mistakes
