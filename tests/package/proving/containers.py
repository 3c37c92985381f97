"""scripts/package-in-container, with a stand-in for docker that notes what it is asked to do."""
import os
import pathlib
import shutil
import subprocess

from proving.app import ROOT

SCRIPTS = ("scripts/build", "scripts/compile", "scripts/package", "scripts/package-in-container")


def check_container(results, work: pathlib.Path) -> None:
    tool, noted = work / "docker", work / "noted"
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" -- "$@" >>{noted}\n[ "$1" != "$FAILING" ]\n')
    tool.chmod(0o755)

    def call(failing: str) -> tuple:
        noted.write_text("")
        made = subprocess.run([ROOT / "scripts/package-in-container", "--add", "my server"], capture_output=True, text=True, cwd=work,
                              env=os.environ | {"CONTAINER_TOOL": str(tool), "FAILING": failing})
        return made.returncode, [part.split("\n") for part in noted.read_text().removeprefix("--\n").removesuffix("\n").split("\n--\n")
                                 if part.split("\n")[0] in ("build", "run")], noted.read_text()

    status, calls, text = call("")
    good = (status == 0 and [words[0] for words in calls] == ["build", "run"] and all("linux/amd64" in words for words in calls)
            and f"{ROOT}:/project" in calls[1] and text.endswith("scripts/package\n--add\nmy server\n"))
    results.check(good, "in a container: an image for x86-64 is built, and scripts/package runs in it with the caller's arguments", text)
    status, calls, text = call("build")
    results.check(status != 0 and len(calls) == 1, "in a container: if the image cannot be built, that is the end", f"exit {status}", text)
    if shutil.which("shellcheck") is None:
        results.skip("shellcheck has no objection to the scripts", "it is not installed: scripts/setup package-test")
        return
    checked = subprocess.run(["shellcheck", *SCRIPTS], cwd=ROOT, capture_output=True, text=True)
    results.check(checked.returncode == 0, "shellcheck has no objection to the scripts", checked.stdout)
