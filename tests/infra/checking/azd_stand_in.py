"""azd with a stand-in of Azure: what it passes to a deployment of the template, and the package that it uploads."""

import json
import re

from .azd_program import judged, script
from .nodes import literal
from .stand_in import LOCATION, SUBSCRIPTION, Azure
from .symbols import load

DEPLOY = ("deploy", "api", "--from-package", "dist/mcp-bridge.zip")
ENDPOINT = "MCP endpoint:  https://x.example/mcp"
SECURE = {"string": "securestring", "object": "secureObject"}
APP_SETTINGS = {"MCP_BRIDGE_REPLY": "json", "TEXT": 'a "b" $c \\d'}


def default(parameter):
    """The default of a parameter; None if it has none or if Resource Manager computes it."""
    if parameter.type == "object":
        return {} if parameter.value is not None else None
    return literal(parameter.value) if parameter.type == "string" else getattr(parameter.value, "value", None)


def compiled(main):
    """main.bicep as the compiler of Bicep would say it to azd, with a resource group instead of all resources."""
    parameters = {}
    for name, found in main.params.items():
        is_secure = any(node.value == "secure" for node in found.decorators)
        parameters[name] = {"type": SECURE[found.type] if is_secure else found.type}
        if found.value is not None:
            value = default(found)
            parameters[name]["defaultValue"] = "[newGuid()]" if value is None else value
    schema = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
    return {"$schema": schema, "contentVersion": "1.0.0.0", "parameters": parameters,
            "resources": [{"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2022-09-01", "name": "rg-up", "location": LOCATION}],
            "outputs": {name: {"type": "string", "value": ""} for name in main.outputs}}


def other_than_default(main, sent):
    """The parameters that azd passes with another value than the template's own."""
    return {name: value for name, value in sent.items() if name not in main.params or value != default(main.params[name])}


def provisioning(azd, main, project, azure):
    """azd up in a new environment, then azd provision with other values."""
    required = {"environmentName": "up", "location": LOCATION}

    def provision(*values):
        azure.deployments.clear()
        azure.parameters.clear()
        mistakes = judged(azd.run(project, "env", "set", *values), 0) + judged(azd.run(project, "provision", variables=azure.variables), 0)
        return mistakes, other_than_default(main, azure.parameters[0]) if azure.parameters else None

    mistakes = judged(azd.run(project, "env", "new", "up", "--subscription", SUBSCRIPTION, "--location", LOCATION), 0)
    mistakes += judged(azd.run(project, "up", variables=azure.variables), 0, ENDPOINT)
    mistakes += [] if azure.published == [("", b"new bytes\n")] else [f"uploaded: {azure.published}"]
    mistakes += [] if list(map(len, (azure.deployments, azure.parameters))) == [1, 1] else [f"deployed: {azure.parameters}"]
    mistakes += [f"passed: {sent}" for sent in azure.parameters if other_than_default(main, sent) != required]
    yield "azd up: provisions with the defaults of the template, makes the package, uploads it, and says where the server is", mistakes
    variables = re.findall(r"\$\{((?!AZURE_)[A-Z_]+)", (project / "infra/main.parameters.json").read_text())
    mistakes, sent = provision(*(f"{name}=" for name in variables))
    yield "azd provision: empty variables mean the defaults of the template", mistakes + ([f"passed: {sent}"] if sent != required else [])
    mistakes, sent = provision("MCP_MAXIMUM_INSTANCES=1", "VNET_ENABLED=true", "MCP_RUNTIME=node", f"MCP_APP_SETTINGS={json.dumps(APP_SETTINGS)}")
    expected = {**required, "maximumInstanceCount": 1, "vnetEnabled": True, "runtimeName": "node", "appSettings": APP_SETTINGS}
    yield "azd provision: numbers, truth values, texts and JSON have the types of the template", mistakes + ([f"passed: {sent}"] if sent != expected else [])


def deployment(azd, project, azure):
    """azd deploy as the pages call it, in an environment that is provisioned."""
    azure.published.clear()
    mistakes = judged(azd.run(project, *DEPLOY, variables=azure.variables), 0, ENDPOINT)
    mistakes += [] if azure.published == [("", b"new bytes\n")] else [f"uploaded: {azure.published}"]
    mistakes += [] if (project / "dist/mcp-bridge.zip").is_file() else ["azd has deleted the package"]
    yield "azd deploy: the hook makes the package, azd uploads it unchanged without a remote build, and keeps it", mistakes
    azure.published.clear()
    yield "azd deploy without a package: the hook names the command that works", judged(
        azd.run(project, "deploy", variables=azure.variables), 1, "azd deploy api --from-package dist/mcp-bridge.zip")
    for words in (("up",), DEPLOY):
        yield f"azd {words[0]} in a subfolder: the hook says why that does not work", judged(
            azd.run(project / "infra", *words, variables=azure.variables), 1, "azd was started in ", f"cd {project}")
    yield "azd uploads nothing when a hook fails", [f"uploaded: {azure.published}"] if azure.published else []


def checks_with_azure(azd, root, project, work):
    """The project's scripts/package is replaced by a script that is fast."""
    script(project / "scripts/package", "mkdir -p dist && echo 'new bytes' >dist/mcp-bridge.zip")
    script(project / "scripts/package-in-container", "exec scripts/package")
    main = load(root)[0][(root / "infra/main.bicep").resolve()]
    (work / "template.json").write_text(json.dumps(compiled(main)))
    script(work / "bicep", f'exec cat "{work}/template.json"')
    with Azure(work) as azure:
        azure.variables["AZD_BICEP_TOOL_PATH"] = str(work / "bicep")
        yield from provisioning(azd, main, project, azure)
        yield from deployment(azd, project, azure)
        yield "azd asks the stand-in for nothing that it does not have", azure.unknown
