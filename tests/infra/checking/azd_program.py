"""azd as the tests call it."""

import json
import os
import subprocess
from pathlib import Path

PATIENCE = 120  # seconds for one command of azd


def run(*command, folder, variables=None):
    """Runs a command to its end. Its output has what it wrote to stderr too."""
    return subprocess.run([str(word) for word in command], cwd=folder, env={**os.environ, **(variables or {})}, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)


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
