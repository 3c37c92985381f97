"""The template in the hands of azd itself: `azd init` makes a project of it, and azd reads azure.yaml, runs the hooks, and deploys the package to a
stand-in of Azure. Nothing reaches Azure.

    python -m checking.azd ROOT AZD

It prints TAP; the last line is `N passed, N failed, N skipped`.
"""

import re
import shlex
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from .azd_program import Azd, judged, run, script
from .azd_stand_in import checks_with_azure
from .stand_in import APP, OUTPUTS


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
    yield from checks_with_azure(azd, root, project, work)
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
