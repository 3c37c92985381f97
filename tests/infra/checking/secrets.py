"""Secrets: they stay in secure parameters and in the key vault, and a random one is made only once, because every deployment computes a new value."""

from .nodes import calls, entries, walk
from .symbols import ONLY_DEFAULTS, load

SECRET = "microsoft.keyvault/vaults/secrets"
# Settings whose text is a secret. The template may only refer to the vault.
SECRET_SETTINGS = ("MCP_BRIDGE_KEYS", "MCP_BRIDGE_STATE_KEY")
REFERENCE = "@Microsoft.KeyVault(SecretUri="


def check(root):
    files, _ = load(root)
    mistakes = []
    for file in files.values():
        mistakes += outputs(file) + passed(file, files)
    return mistakes + once(files) + settings(files)


def has(statement, decorator):
    return any(node.value == decorator for node in statement.decorators)


def names_in(file, node):
    """The names of the parameters that an expression uses, variables followed."""
    found = set()

    def visit(inner):
        s = file.by_name.get(inner.value) if inner.kind == "name" else None
        if s is not None and s.kind == "param":
            found.add(s.name)
        elif s is not None and s.kind == "var":
            walk(s.value, visit)

    walk(node, visit)
    return found


def outputs(file):
    """An output that is not secure has no key in it: azd writes outputs into a file."""
    return [f"{file.shown}:{s.line}: output {s.name} gives keys away" for s in file.outputs.values() if not has(s, "secure")
            and ("listKeys" in calls(s.value) or any(has(file.params[name], "secure") for name in names_in(file, s.value)))]


def given(file, files):
    """The modules of this project that a file uses, with the file of each and what it is passed."""
    for s in file.statements:
        target = files.get((file.path.parent / s.path).resolve()) if s.kind == "module" else None
        if target is not None:
            yield s, target, entries(entries(s.value).get("params"))


def passed(file, files):
    """A value that was secure stays so in the module that gets it: Azure keeps all other parameters of a deployment in the clear."""
    return [f"{file.shown}:{value.line}: {s.path} keeps the secret {name} in the clear"
            for s, target, params in given(file, files) for name, value in params.items()
            if name in target.params and not has(target.params[name], "secure")
            and any(has(file.params[used], "secure") for used in names_in(file, value))]


def random_parameters(files):
    """The parameters whose value differs with each deployment, as (path of the file, name)."""
    found = {(file.path, s.name) for file in files.values() for s in file.params.values() if calls(s.value) & set(ONLY_DEFAULTS)}
    while True:
        more = {(target.path, name) for file in files.values() for _, target, params in given(file, files) for name, value in params.items()
                if any((file.path, used) in found for used in names_in(file, value))}
        if more <= found:
            return found
        found |= more


def once(files):
    """A random value goes only into a resource that is made once, and into no module of the registry, which would write it each time."""
    random, mistakes = random_parameters(files), []
    for file in files.values():
        for s in file.params.values():
            if (file.path, s.name) in random and not has(s, "secure"):
                mistakes.append(f"{file.shown}:{s.line}: param {s.name} is random, but not secure")
        for s in file.statements:
            registry = s.kind == "module" and s.path.startswith("br/")
            if not (registry or s.kind == "resource" and not has(s, "onlyIfNotExists")):
                continue
            used = sorted(name for name in names_in(file, s.value) if (file.path, name) in random)
            mistakes += [f"{file.shown}:{s.line}: each deployment changes {s.name}, because {name} is random" for name in used]
    return mistakes


def settings(files):
    """The app gets the key of states, and every key of the template from the vault, by the address that the module of the secret gives. So the
    secret is there before the setting."""
    makers = {path for path, file in files.items() if any(s.kind == "resource" and s.path.lower().startswith(SECRET + "@") for s in file.statements)}
    mistakes, stated = [], set()
    for file in files.values():
        for s in file.statements:
            for key, value in entries(s.value).items() if s.kind == "var" else []:
                if key not in SECRET_SETTINGS:
                    continue
                stated.add(key)
                if not (value.kind == "string" and len(value.items) == 3 and value.items[0] == REFERENCE and value.items[2] == ")"):
                    mistakes.append(f"{file.shown}:{value.line}: {key} does not refer to a secret of the vault")
                elif not from_maker(file, names_in(file, value), files, makers):
                    mistakes.append(f"{file.shown}:{value.line}: {key} may be set before its secret is there")
    if "MCP_BRIDGE_STATE_KEY" not in stated:
        mistakes.append("infra: nothing sets MCP_BRIDGE_STATE_KEY, so questions end with the instance that asked them")
    return mistakes


def from_maker(file, names, files, makers):
    """Whether every module that uses this file passes, for these parameters, an output of a module that makes a secret."""
    passed_values = [(user, params.get(name)) for user in files.values() for _, target, params in given(user, files) if target is file
                     for name in names]
    return bool(passed_values) and all(is_output_of(user, value, makers) for user, value in passed_values)


def is_output_of(user, value, makers):
    if value is None or value.kind != "member" or value.items[0].kind != "member" or value.items[0].value != "outputs":
        return False
    s = user.by_name.get(value.items[0].items[0].value)
    return s is not None and s.kind == "module" and (user.path.parent / s.path).resolve() in makers
