"""What must hold of the deployment whatever else changes. checkov does not look into modules of the registry, so these are asked here."""

import re

from .nodes import entries, literal, walk
from .symbols import load

# Module, path of the parameter, what it must be. "vnet" means: closed where there is a virtual network.
MUST = [
    ("storage/storage-account", "allowSharedKeyAccess", False, "storage takes no shared keys"),
    ("storage/storage-account", "allowBlobPublicAccess", False, "no blob is public"),
    ("storage/storage-account", "minimumTlsVersion", "TLS1_2", "storage speaks TLS 1.2 at least"),
    ("storage/storage-account", "publicNetworkAccess", "vnet", "storage is closed to the world where there is a network"),
    ("key-vault/vault", "enableRbacAuthorization", True, "the vault goes by roles"),
    ("key-vault/vault", "enableVaultForTemplateDeployment", False, "no template reads the vault"),
    ("key-vault/vault", "publicNetworkAccess", "vnet", "the vault is closed to the world where there is a network"),
    ("insights/component", "disableLocalAuth", True, "who knows the connection string alone can send nothing"),
    ("web/site", "httpsOnly", True, "the app speaks HTTPS only"),
    ("web/site", "siteConfig.minTlsVersion", "1.2", "the app speaks TLS 1.2 at least"),
    ("web/site", "siteConfig.alwaysOn", False, "Flex Consumption refuses alwaysOn"),
    ("web/site", "functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity", "the package is read without a key"),
]


def value_at(params, path):
    node = params
    for step in path.split("."):
        node = entries(node).get(step) if node is not None else None
    return node


def fits(node, wanted):
    if node is None:
        return False
    if wanted == "vnet":
        return node.kind == "ternary" and node.items[0].value == "vnetEnabled" and literal(node.items[1]) == "Disabled"
    return literal(node) == wanted if isinstance(wanted, str) else node.kind == "bool" and node.value is wanted


def check(root):
    files, _ = load(root)
    mistakes, seen = [], set()
    for file in files.values():
        for s in file.statements:
            if s.kind != "module" or not s.path.startswith("br/public:"):
                continue
            module = s.path[len("br/public:avm/res/"):].split(":")[0]
            params = entries(s.value).get("params")
            for name, path, wanted, reason in MUST:
                if name == module:
                    seen.add((name, path))
                    if not fits(value_at(params, path), wanted):
                        mistakes.append(f"{file.shown}:{s.line}: {path}: {reason}")
            if module == "web/site":
                mistakes += site(file, s, entries(params))
    mistakes += [f"infra: nothing uses avm/res/{name}" for name in sorted({name for name, *_ in MUST} - {name for name, _ in seen})]
    return mistakes + settings(files) + names(root, files) + preview(files) + instances(files)


def site(file, s, params):
    mistakes = []
    policies = params.get("basicPublishingCredentialsPolicies")
    closed = {literal(entries(item).get("name")) for item in policies.items if entries(item)["allow"].value is False} if policies else set()
    if closed != {"ftp", "scm"}:
        mistakes.append(f"{file.shown}:{s.line}: deployments with a password are open")
    tags = []
    walk(params.get("tags"), lambda node: tags.extend(key for key, _, _ in node.items) if node.kind == "object" else None)
    if "azd-service-name" not in tags:
        mistakes.append(f"{file.shown}:{s.line}: azd finds no app without the tag azd-service-name")
    return mistakes


def settings(files):
    """Settings that open the host stand only where authentication is on; all settings are stated, none is kept from before."""
    mistakes = []
    for file in files.values():
        for s in file.statements:
            if s.kind != "var":
                continue
            stated = []
            walk(s.value, lambda node: stated.extend(node.items) if node.kind == "object" else None)
            for key, value, line in stated:
                if literal(value) == "anonymous" and (s.value.kind != "ternary" or s.value.items[0].value != "empty"
                                                      or s.value.items[1].items or s.value.items[0].items[1].value != "builtinScope"):
                    mistakes.append(f"{file.shown}:{line}: {key} opens the host without built-in authentication")
                if key in ("FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE", "AzureWebJobsStorage", "FUNCTIONS_EXTENSION_VERSION"):
                    mistakes.append(f"{file.shown}:{line}: {key} is not for Flex Consumption with an identity")
    return mistakes


def names(root, files):
    """Settings for the bridge have names that the bridge reads: it warns of others, and a secret that nobody reads is only a risk."""
    known = set(re.findall(r'"(MCP_BRIDGE_[A-Z_]+)"', (root / "bridge/app/flags.cpp").read_text()))
    mistakes = []
    for file in files.values():
        for s in file.statements:
            stated = []
            walk(s.value, lambda node, stated=stated: stated.extend(node.items) if node.kind == "object" else None)
            mistakes += [f"{file.shown}:{line}: the bridge reads no {key}" for key, _, line in stated
                         if str(key).startswith("MCP_BRIDGE_") and key not in known]
    return mistakes


def preview(files):
    """Every deployment has the flag of the preview: Microsoft's tutorial and Core Tools demand it, whatever the runtime is."""
    flags = [entries(s.value).get("AzureWebJobsFeatureFlags") for file in files.values() for s in file.statements if s.kind == "var"]
    if "EnableMcpCustomHandlerPreview" not in [literal(flag) for flag in flags if flag is not None]:
        return ["infra: an app without the flag EnableMcpCustomHandlerPreview can be deployed"]
    return []


def instances(files):
    """A server with sessions is deployed to one instance, so the template must accept that number."""
    for file in files.values():
        count = file.params.get("maximumInstanceCount")
        least = [node.items[1].value for node in count.decorators if node.value == "minValue"] if count else []
        if least and least != [1]:
            return [f"{file.shown}:{count.line}: nobody can choose one instance, because {least[0]} is the lowest number"]
    return []
