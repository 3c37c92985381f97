"""Types: what is passed to modules of the registry and to resources fits what known/ says that they take."""

from .nodes import entries, literal
from .symbols import load

RETURNS = {
    "toLower": "string", "toUpper": "string", "replace": "string", "uniqueString": "string", "guid": "string", "trim": "string",
    "join": "string", "take": None, "loadTextContent": "string", "split": "array", "map": "array", "range": "array", "items": "array",
    "empty": "bool", "contains": "bool", "length": "int", "newGuid": "string", "base64": "string", "string": "string", "int": "int",
}


class Types:
    def __init__(self, file, files, modules, resources):
        self.file, self.files, self.modules, self.resources = file, files, modules, resources
        self.mistakes = []

    def wrong(self, line, text):
        self.mistakes.append(f"{self.file.shown}:{line}: {text}")

    def check(self):
        for s in self.file.statements:
            members = entries(s.value)
            if s.kind == "module":
                self.module(s, members)
            elif s.kind == "resource" and not s.existing:
                known = self.resources.get(s.path)
                if known is None:
                    self.wrong(s.line, f"{s.path} is not in known/resources.json (see renew-known)")
                else:
                    self.resource(s, members, known)
            elif s.kind in ("param", "output") and s.value is not None:
                self.fits(s.value, s.type.rstrip("?"), s.name)
            self.references(s.value)
        return self.mistakes

    def module(self, s, members):
        params = entries(members.get("params"))
        if not s.path.startswith("br/public:"):
            file = self.files.get((self.file.path.parent / s.path).resolve())
            for name, value in params.items():
                if file and name in file.params:
                    self.fits(value, file.params[name].type.rstrip("?"), f"{s.name}.{name}")
            return
        known = self.modules.get(s.path[len("br/public:"):])
        for name, value in params.items():
            param = known and known["params"].get(name)
            if param is None:
                continue
            if "type" not in param:
                self.wrong(value.line, f"{s.name}.{name}: its type is not in known/modules.json (see renew-known)")
            else:
                self.fits(value, param["type"], f"{s.name}.{name}")
        for item in params.get("roleAssignments").items if "roleAssignments" in params else []:
            role = literal(entries(item).get("roleDefinitionIdOrName"))
            if role not in known["roles"]:
                self.wrong(item.line, f"{s.name}: {s.path} knows no role {role}")

    def resource(self, s, members, known):
        # Where a resource is, and what it waits for, is said beside its own members.
        value = [(key, node, line) for key, node, line in s.value.items if key not in ("parent", "scope", "dependsOn")]
        if "by" in known:
            chosen = literal(members.get(known["by"]))
            if chosen not in known["elements"]:
                self.wrong(s.line, f"{s.name}: {known['by']} cannot be {chosen}")
                return
            element = known["elements"][chosen]
            known = {"members": {**known["base"]["members"], **element["members"]}}
        required = [name for name, member in known["members"].items() if member.get("required") and name not in members]
        if required:
            self.wrong(s.line, f"{s.name} needs {', '.join(required)}")
        self.members(value, known, s.name)

    def members(self, items, known, place):
        for key, node, line in items:
            member = known["members"].get(key)
            if member is None:
                if not known.get("extra"):
                    self.wrong(line, f"{place} has no {key}")
            elif member.get("readonly"):
                self.wrong(line, f"{place}.{key} cannot be set")
            else:
                self.fits(node, member["type"], f"{place}.{key}")

    def fits(self, node, known, place):
        if node.kind == "ternary":
            self.fits(node.items[1], known, place)
            self.fits(node.items[2], known, place)
            return
        if node.kind == "null" or known == "any":
            return
        if node.kind == "name" and node.value in self.file.by_name and self.file.by_name[node.value].kind == "var":
            self.fits(self.file.by_name[node.value].value, known, place)
            return
        got = self.type_of(node)
        wanted = known if isinstance(known, str) else "array" if "items" in known else "object" if "members" in known else None
        if wanted is None and "values" in known:
            text = literal(node) if node.kind == "string" else node.value if node.kind in ("number", "bool") else None
            if text is not None and text not in known["values"]:
                self.wrong(node.line, f"{place} cannot be {text!r}, only {known['values']}")
            elif got in ("object", "array"):
                self.wrong(node.line, f"{place} is no {got}")
            return
        if got and wanted and got != wanted:
            self.wrong(node.line, f"{place} is {wanted}, not {got}")
        elif node.kind == "object" and isinstance(known, dict):
            missing = [name for name, m in known["members"].items() if m.get("required") and name not in entries(node)]
            if missing:
                self.wrong(node.line, f"{place} needs {', '.join(missing)}")
            self.members(node.items, known, place)
        elif node.kind == "array" and isinstance(known, dict):
            for item in node.items:
                self.fits(item, known["items"], place)
        elif node.kind == "for" and isinstance(known, dict):
            self.fits(node.items[1], known["items"], place)
        elif node.kind == "call" and node.value == "union" and isinstance(known, dict):
            for item in node.items[1:]:
                if item.kind in ("object", "name"):
                    self.fits(item, known, place)

    def type_of(self, node):
        """The type of an expression, None where it is not plain."""
        kinds = {"string": "string", "number": "int", "bool": "bool", "object": "object", "array": "array", "for": "array"}
        if node.kind in kinds:
            return kinds[node.kind]
        if node.kind == "unary":
            return "bool" if node.value == "!" else "int"
        if node.kind == "binary" and node.value in ("==", "!=", "&&", "||", "<", ">", "<=", ">=", "=~", "!~"):
            return "bool"
        if node.kind == "call":
            return RETURNS.get(node.value)
        if node.kind == "name":
            other = self.file.by_name.get(node.value)
            if other is not None and other.kind == "param":
                return other.type.rstrip("?")
            return self.type_of(other.value) if other is not None and other.kind == "var" else None
        if node.kind == "member" and node.items[0].kind == "member" and node.items[0].value == "outputs":
            module = node.items[0].items[0]
            module = module.items[0] if module.kind == "assert" else module
            s = self.file.by_name.get(module.value) if module.kind == "name" else None
            if s is not None and s.kind == "module":
                return self.output(s, node.value)
        return None

    def output(self, s, name):
        if s.path.startswith("br/public:"):
            return self.modules.get(s.path[len("br/public:"):], {}).get("outputs", {}).get(name, "").replace("secure", "") or None
        file = self.files.get((self.file.path.parent / s.path).resolve())
        return file.outputs[name].type.rstrip("?") if file and name in file.outputs else None

    def references(self, node):
        """`resource.properties.x` names what the type of the resource has."""
        if node is None or isinstance(node, str):
            return
        path, inner = [], node
        while inner.kind == "member":
            path.insert(0, inner.value)
            inner = inner.items[0]
        s = self.file.by_name.get(inner.value) if path and inner.kind == "name" else None
        if s is not None and s.kind == "resource" and not s.loop:
            known = self.resources.get(s.path)
            if known is None:
                self.wrong(node.line, f"{s.path} is not in known/resources.json (see renew-known)")
            for step in path if known else []:
                members = known.get("members") if isinstance(known, dict) else None
                if members is None or (known.get("extra") and step not in members):
                    break
                if step not in members:
                    self.wrong(node.line, f"{s.name} has no {'.'.join(path)}")
                    break
                known = members[step]["type"]
            return
        for item in node.items:
            self.references(item[1] if isinstance(item, tuple) else item)


def check(root, modules, resources):
    files, _ = load(root)
    return [mistake for file in files.values() for mistake in Types(file, files, modules, resources).check()]
