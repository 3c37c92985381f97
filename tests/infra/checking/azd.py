"""The template in the hands of azd itself: `azd init` makes a project of it, and azd reads azure.yaml, runs the hooks, and deploys the package to a
stand-in of Azure. Nothing reaches Azure.

    python -m checking.azd ROOT AZD

It prints TAP; the last line is `N passed, N failed, N skipped`.
"""

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from .stand_in import APP, GROUP, SUBSCRIPTION, Azure

PATIENCE = 120  # seconds for one command of azd


# Outputs of a deployment, which azd would keep in the environment.
OUTPUTS = {"SERVICE_API_NAME": APP, "AZURE_RESOURCE_GROUP": GROUP, "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION, "AZURE_LOCATION": "westeurope",
           "MCP_ENDPOINT": "https://x.example/mcp"}


def run(*command, folder, variables=None):
    """Runs a command to its end. Its output has what it wrote to stderr too."""
    return subprocess.run([str(word) for word in command], cwd=folder, env={**os.environ, **(variables or {})}, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)


def files(folder):
    """Every file below the folder but those of git and azd, with its bytes and whether it is executable."""
    found = {}
    for path in folder.rglob("*"):
        place = path.relative_to(folder)
        if path.is_file() and place.parts[0] not in (".git", ".azure"):
            found[str(place)] = (path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR))
    return found


def differences(template, project):
    """The first files that the project lacks, has besides, or has with other bytes or another mode."""
    out = [f"{name} is missing" for name in sorted(template.keys() - project.keys())]
    out += [f"{name} is no file of the template" for name in sorted(project.keys() - template.keys())]
    for name in sorted(template.keys() & project.keys()):
        out += [f"{name} has other bytes"] if template[name][0] != project[name][0] else []
        out += [f"{name} has another mode"] if template[name][1] != project[name][1] else []
    return out[:10]


def copy_as_repository(root, place):
    """A repository at the place whose only commit has the files of the project as they are now."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=root).stdout.split("\0")
    for name in filter(None, listed):
        if (root / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, place / name)
    author = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    for words in (["init", "--quiet"], ["add", "--all", "--force"], [*author, "commit", "--quiet", "--no-verify", "--message", "template"]):
        done = run("git", *words, folder=place)
        if done.returncode:
            raise RuntimeError(f"git {words[0]}: {done.stdout}")


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


class Azd:
    """azd with a home of its own, without telemetry and without questions. Instead of the Azure CLI it finds a script."""

    def __init__(self, program, home):
        tools = home / "tools"
        tools.mkdir(parents=True)
        (tools / "azd").symlink_to(Path(program).resolve())
        script(tools / "az", 'case "$*" in *"provider show"*) echo Registered ;; *"keys list"*) echo the-key ;; *) exit 1 ;; esac')
        # azd asks for a list of its extensions before some commands, and asks again for seconds if it cannot reach it. This list is a file.
        (home / "extensions.json").write_text('{"extensions": []}')
        extensions = {"name": "azd", "type": "file", "location": str(home / "extensions.json")}
        (home / "azd").mkdir()
        (home / "azd/config.json").write_text(json.dumps({"extension": {"sources": {"azd": extensions}}}))
        # Values of the machine that would go before those that the test sets.
        for name in [name for name in os.environ if name.startswith(("MCP_", "AZURE_", "AZD_", "SERVICE_"))]:
            del os.environ[name]
        self.variables = {"HOME": str(home), "AZD_CONFIG_DIR": str(home / "azd"), "AZURE_DEV_COLLECT_TELEMETRY": "no", "AZD_SKIP_UPDATE_CHECK": "true",
                          "AZD_SKIP_FIRST_RUN": "true", "NO_COLOR": "1", "PATH": f"{tools}:{os.environ['PATH']}"}

    def run(self, folder, *words, variables=None):
        return run("azd", *words, "--no-prompt", folder=folder, variables={**self.variables, **(variables or {})})

    def init(self, template, folder):
        folder.mkdir()
        return self.run(folder, "init", "--template", template, "--environment", "try")


def judged(done, code, *shown):
    """What is wrong with the end of a command that should end with the code and say these texts."""
    mistakes = [f"exit code {done.returncode}, not {code}"] if done.returncode != code else []
    mistakes += [f"does not say {text!r}" for text in shown if text not in done.stdout]
    return mistakes + (done.stdout.splitlines()[-15:] if mistakes else [])


def initialised(azd, template, source, folder):
    done = azd.init(template, folder)
    return judged(done, 0, "New project initialized") or differences(files(source), files(folder))


def overlays(azd, project):
    """The commands of each overlay's README, for which scripts/package is a script that shows its arguments."""
    for readme in sorted((project / "infra/overlays").glob("*/README.md")):
        block = re.search(r"```sh\n(.*?)```", readme.read_text(), re.DOTALL).group(1)
        commands = [words[1:] for words in map(shlex.split, block.splitlines()) if words[:3] == ["azd", "env", "set"]]
        mistakes = [line for words in commands for line in judged(azd.run(project, *words), 0)]
        packaged = azd.run(project, "hooks", "run", "predeploy")
        mistakes += judged(packaged, 0, f"made: --config infra/overlays/{readme.parent.name}/bridge.json --add infra/overlays/{readme.parent.name}/app\n")
        yield f"overlay {readme.parent.name}: azd passes the arguments of the README to scripts/package", mistakes


def endpoint(azd, project):
    """The hook gets the values from azd; a user who runs the same script has it ask azd."""
    mistakes = judged(azd.run(project, "hooks", "run", "postdeploy"), 1, "nothing is provisioned")
    for name, value in OUTPUTS.items():
        mistakes += judged(azd.run(project, "env", "set", name, value), 0)
    mistakes += judged(azd.run(project, "hooks", "run", "postdeploy"), 0, "MCP endpoint:  https://x.example/mcp", f"az functionapp keys list --name {APP}")
    by_hand = run("sh", "scripts/azd-endpoint.sh", "--show-key", folder=project, variables=azd.variables)
    return mistakes + judged(by_hand, 0, "MCP endpoint:  https://x.example/mcp", "the-key")


def deployment(azd, project, work):
    """azd deploy as the pages and azd up call it, in a project whose environment has the outputs of a deployment."""
    script(project / "scripts/package", "mkdir -p dist && echo 'new bytes' >dist/mcp-bridge.zip")
    script(project / "scripts/package-in-container", "exec scripts/package")
    words = ("deploy", "api", "--from-package", "dist/mcp-bridge.zip")
    with Azure(work) as azure:
        mistakes = judged(azd.run(project, *words, variables=azure.variables), 0, "MCP endpoint:  https://x.example/mcp")
        mistakes += [] if azure.published == [("", b"new bytes\n")] else [f"uploaded: {azure.published}"]
        mistakes += [f"the stand-in was asked {request}" for request in azure.unknown]
        mistakes += [] if (project / "dist/mcp-bridge.zip").is_file() else ["azd has deleted the package"]
        yield "azd deploy: the hook makes the package, azd uploads it unchanged without a remote build, and keeps it", mistakes
        azure.published.clear()
        yield "azd deploy without a package: the hook names the command that works", judged(
            azd.run(project, "deploy", variables=azure.variables), 1, "azd deploy api --from-package dist/mcp-bridge.zip")
        yield "azd deploy in a subfolder: the hook says why that does not work", judged(
            azd.run(project / "infra", *words, variables=azure.variables), 1, "azd was started in ", f"cd {project}")
        yield "azd uploads nothing when a hook fails", [f"uploaded: {azure.published}"] if azure.published else []


def broken(azd, source, work):
    """Copies of the template with a mistake, which must be noticed."""
    yaml = (source / "azure.yaml").read_text()
    for name, text in (("a newer azd is required", re.sub(r'azd: ">= [0-9.]+"', 'azd: ">= 99.0.0"', yaml)),
                       ("the service has no host", yaml.replace("    host: function\n", "")), ("no YAML", yaml.replace("services:", "services"))):
        project = work / name
        project.mkdir()
        (project / "azure.yaml").write_text(text)
        done = azd.run(project, "show")
        yield f"broken: azd refuses azure.yaml: {name}", [] if done.returncode and text != yaml else done.stdout.splitlines()
    project = shutil.copytree(source, work / "another mode")
    (project / "scripts/azd-check.sh").chmod(0o644)
    (project / "azure.yaml").unlink()
    noticed = differences(files(source), files(project))
    yield "broken: a lost file and a lost mode are noticed", [] if noticed == ["azure.yaml is missing", "scripts/azd-check.sh has another mode"] else noticed


def checks(root, azd, work):
    source, project = work / "template", work / "project"
    source.mkdir()
    copy_as_repository(root, source)
    yield "azd init copies every file of a repository, with its mode", initialised(azd, source.as_uri(), source, work / "cloned")
    yield "azd init copies every file of a folder, with its mode", initialised(azd, source, source, project)
    for name in ("package", "package-in-container"):
        script(project / "scripts" / name, 'echo "made: $*"')
    yield "azd show: azd accepts azure.yaml", judged(azd.run(project, "show"), 0, "mcp-bridge", "api")
    yield "azd package: the hook names the command that works", judged(azd.run(project, "package"), 1, "azd deploy api --from-package dist/mcp-bridge.zip")
    yield from overlays(azd, project)
    yield "hook preprovision: all is well", judged(azd.run(project, "hooks", "run", "preprovision"), 0)
    for hook in ("preprovision", "predeploy"):
        yield f"hook {hook}: azd was started in a subfolder", judged(azd.run(project / "infra", "hooks", "run", hook), 1, "azd was started in ", f"cd {project}")
    yield "hook postdeploy: the endpoint, by azd and by hand", endpoint(azd, project)
    yield from deployment(azd, project, work)
    yield from broken(azd, source, work)


def main():
    number = failed = 0
    with tempfile.TemporaryDirectory() as place:
        # azd shows the path of its folder without symbolic links.
        work = Path(place).resolve()
        for name, mistakes in checks(Path(sys.argv[1]).resolve(), Azd(shutil.which(sys.argv[2]), work / "home"), work):
            number += 1
            failed += bool(mistakes)
            print(f"{'not ok' if mistakes else 'ok'} - azd: {name}", flush=True)
            for mistake in mistakes:
                print(f"# {mistake}")
    print(f"{number - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
