"""azure.yaml, host.json, local.settings.json.example, main.parameters.json, .vscode and the hooks."""

import json
import re
import stat
from pathlib import Path

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT201909

from .nodes import calls, literal
from .symbols import ONLY_DEFAULTS, load

HERE = Path(__file__).resolve().parents[1]
# Variables that azd itself knows; all others of main.parameters.json are set by the user, as infra/README.md says.
AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID", "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE", "AZURE_TENANT_ID"}


# `${NAME}`, or `${NAME=INSTEAD}` with what counts while the variable is empty.
ONE_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?:=(.*))?\}")


class UniqueLoader(yaml.SafeLoader):
    """YAML in which no key stands twice."""


def unique(loader, node, deep=False):
    out = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in out:
            raise yaml.YAMLError(f"line {key_node.start_mark.line + 1}: {key} stands twice")
        out[key] = loader.construct_object(value_node, deep=True)
    return out


UniqueLoader.add_constructor("tag:yaml.org,2002:map", unique)


def once(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError(f"a key stands twice: {[key for key, _ in pairs]}")
    return dict(pairs)


def without_comments(text):
    """JSON with comments, as editors take it. Strings stay as they are."""
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda found: found.group(1) or "", text, flags=re.S)


def read_json(path, root, mistakes, comments=False):
    try:
        text = path.read_text()
        return json.loads(without_comments(text) if comments else text, object_pairs_hook=once)
    except (OSError, ValueError) as error:
        mistakes.append(f"{path.relative_to(root)}: {error}")
        return None


def against(value, schema, shown):
    # azd's schema refers to those of its extensions, for hosts that are not used here. Nothing is fetched.
    registry = Registry(retrieve=lambda uri: Resource(contents={}, specification=DRAFT201909))
    validator = jsonschema.Draft201909Validator(json.loads((HERE / "schemas" / schema).read_text()), registry=registry)
    out = []
    for error in validator.iter_errors(value):
        # Of an anyOf the nearest branch says what is meant.
        error = jsonschema.exceptions.best_match([error])
        out.append(f"{shown}: {'/'.join(map(str, error.absolute_path))}: {error.message}"[:400])
    return out


def check(root):
    mistakes = []
    for name, schema in (("host.json", "host.json"), ("local.settings.json.example", "local.settings.json")):
        if name == "host.json" or (root / name).exists():
            value = read_json(root / name, root, mistakes)
            if value is not None:
                mistakes += against(value, schema, name)
    for path in sorted((root / ".vscode").glob("*.json")) + [root / "infra/bicepconfig.json"]:
        read_json(path, root, mistakes, comments=True)
    return mistakes + git_ignores_environments(root) + local_settings(root) + parameters(root) + azure_yaml(root) + commands(root)


def git_ignores_environments(root):
    """`azd init` adds this line to a project that lacks it, and the project then differs from the template."""
    return [] if ".azure" in (root / ".gitignore").read_text().splitlines() else [".gitignore: there is no line .azure"]


def commands(root):
    """azd takes a value that begins with a hyphen for an option of its own (azd 1.31), unless it stands behind `NAME=`."""
    pages = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("infra/**/*.md"), *root.glob("scripts/azd-*")]
    return [f"{page.relative_to(root)}: azd refuses `{found}`; write NAME=VALUE" for page in sorted(pages)
            for found in re.findall(r"azd env set \w+ +[\"']?-.*", page.read_text())]


def local_settings(root):
    """The settings of a developer's machine hold secrets, so git must not know them; without them `func start` asks for a runtime in a menu."""
    mistakes = []
    example = read_json(root / "local.settings.json.example", root, mistakes)
    if example is not None and example.get("Values", {}).get("FUNCTIONS_WORKER_RUNTIME") != "custom":
        mistakes.append("local.settings.json.example: FUNCTIONS_WORKER_RUNTIME is not custom")
    if "/local.settings.json" not in (root / ".gitignore").read_text().splitlines():
        mistakes.append(".gitignore: git would track local.settings.json, which holds secrets")
    if "cp local.settings.json.example local.settings.json" not in (root / "scripts/build").read_text():
        mistakes.append("scripts/build: it does not make local.settings.json")
    return mistakes


def parameters(root):
    mistakes = []
    path = root / "infra/main.parameters.json"
    value = read_json(path, root, mistakes)
    files, _ = load(root)
    main = files.get((root / "infra/main.bicep").resolve())
    if value is None or main is None:
        return mistakes
    given = value["parameters"]
    readme = (root / "infra/README.md").read_text()
    for name, entry in given.items():
        if name not in main.params:
            mistakes.append(f"infra/main.parameters.json: main.bicep has no parameter {name}")
        found = ONE_VARIABLE.fullmatch(entry.get("value", "")) if set(entry) == {"value"} else None
        if not found:
            mistakes.append(f"infra/main.parameters.json: {name} is not one variable")
        elif found.group(1) not in AZD and f"`{found.group(1)}`" not in readme:
            mistakes.append(f"infra/main.parameters.json: infra/README.md does not name {found.group(1)}")
        if found and name in main.params:
            mistakes += [f"infra/main.parameters.json: {text}" for text in unsuitable(main.params[name], *found.groups())]
    variables = [re.sub("=.*(?=}$)", "", entry.get("value", "")) for entry in given.values()]
    mistakes += [f"infra/main.parameters.json: {v} stands for two parameters" for v in sorted(set(variables)) if variables.count(v) > 1]
    for name, s in main.params.items():
        if s.value is None and name not in given:
            mistakes.append(f"infra/main.parameters.json: nothing for {name}, which has no default")
        if name not in given and not is_random(s):
            mistakes.append(f"infra/main.parameters.json: no variable sets {name}")
        if name in given and is_random(s):
            mistakes.append(f"infra/main.parameters.json: {name} is random; azd would keep it in the clear, and pass it empty while its variable is")
    return mistakes


def is_random(parameter):
    """Whether each deployment computes another value of the parameter. No variable may set it, so main.parameters.json does not name it."""
    return bool(calls(parameter.value) & set(ONLY_DEFAULTS))


def unsuitable(parameter, variable, instead):
    """What is wrong with the text `${VARIABLE=INSTEAD}` for this parameter.

    azd omits a parameter whose variable is not set, but it passes a variable on that is set and empty (azd 1.31): as an empty text, or as JSON that
    is none, with which it refuses to provision. For numbers and booleans, and for `null` as JSON, it falls back to the default of the template. So
    a text with a default has to repeat it, and JSON has to be `null` instead. The first brace ends INSTEAD, so `{}` cannot stand there.
    """
    if "}" in (instead or ""):
        return [f"the first brace of {instead} ends the text of {variable}, so what {variable} is set to gets a brace too many"]
    if parameter.type in ("object", "array") and instead != "null":
        return [f"if {variable} is empty, azd refuses to provision; write ${{{variable}=null}}"]
    default = literal(parameter.value)
    if parameter.type == "string" and default is not None and (instead or "") != default:
        return [f"if {variable} is empty, azd passes {instead or ''!r}; the default of main.bicep is {default!r}"]
    return []


def bicep(root, required):
    """azd compiles the template with the Bicep that it brings. Before 1.20.0 that was 0.37.4, in which @onlyIfNotExists was an experiment."""
    least = re.fullmatch(r">= (\d+)\.(\d+)\.(\d+)", required)
    files, _ = load(root)
    used = any(node.value == "onlyIfNotExists" for file in files.values() for s in file.statements for node in s.decorators)
    if used and (not least or tuple(map(int, least.groups())) < (1, 20, 0)):
        return [f"azure.yaml: requires azd {required!r}, but the template uses @onlyIfNotExists, which needs 1.20.0"]
    return []


def hooks(value):
    """Every hook in a part of azure.yaml, as (its name, system, hook)."""
    for name, hook in (value or {}).items():
        for system in ("posix", "windows"):
            yield name, system, hook.get(system) if isinstance(hook, dict) else None


def azure_yaml(root):
    try:
        value = yaml.load((root / "azure.yaml").read_text(), UniqueLoader)
    except (OSError, yaml.YAMLError) as error:
        return [f"azure.yaml: {error}"]
    mistakes = against(value, "azure.yaml.json", "azure.yaml")
    service = value.get("services", {}).get("api", {})
    if service.get("host") != "function" or service.get("remoteBuild") is not False:
        mistakes.append("azure.yaml: the service api is a function that is not built remotely")
    if "language" in service:
        mistakes.append("azure.yaml: with a language azd wants its tools and makes a zip of its own")
    mistakes += bicep(root, value.get("requiredVersions", {}).get("azd", ""))
    steps = value.get("workflows", {}).get("up", {}).get("steps", [])
    if [step["azd"]["args"] for step in steps] != [["provision"], ["deploy", "api", "--from-package", "dist/mcp-bridge.zip"]]:
        mistakes.append("azure.yaml: azd up provisions, then deploys the package as it is")
    files, _ = load(root)
    main = files.get((root / "infra/main.bicep").resolve())
    outputs = set(main.outputs) if main else set()
    referenced = set()
    for part, known in ((value.get("hooks"), {"preprovision", "predeploy", "postdeploy"}), (service.get("hooks"), {"prepackage"})):
        if set(part or {}) != known:
            mistakes.append(f"azure.yaml: the hooks are {sorted(part or {})}, not {sorted(known)}")
        for name, system, hook in hooks(part):
            if not hook:
                mistakes.append(f"azure.yaml: {name} has no hook for {system}")
                continue
            ending, shell = (".sh", "sh") if system == "posix" else (".ps1", "pwsh")
            path = root / hook.get("run", "")
            if not path.is_file() or path.suffix != ending or hook.get("shell") != shell:
                mistakes.append(f"azure.yaml: {name} for {system}: {hook.get('run')} is no script for {shell}")
            elif ending == ".sh" and not path.stat().st_mode & stat.S_IXUSR:
                mistakes.append(f"{path.relative_to(root)}: not executable")
            elif "endpoint" in path.name:
                referenced |= set(re.findall(r"\b(?:SERVICE_API|AZURE_RESOURCE|MCP)_[A-Z_]+\b", path.read_text()))
    mistakes += [f"hooks: main.bicep has no output {name}" for name in sorted(referenced - outputs)]
    return mistakes
