"""checkov over infra/, and over a copy with a resource that it must find fault with. Prints TAP from a given number on.

    python -m checking.scan ROOT CHECKOV
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BAD = """
resource bad 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'bad'
  location: resourceGroup().location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    supportsHttpsTrafficOnly: false
    minimumTlsVersion: 'TLS1_0'
    allowBlobPublicAccess: true
  }
}
"""


def scan(checkov, config, folder):
    done = subprocess.run([checkov, "--config-file", config, "--directory", folder], capture_output=True, text=True, timeout=300, check=False)
    report = json.loads(done.stdout)
    failed = {f"{found['check_id']} {found['check_name']}: {found['file_path']} {found['resource']}" for found in report["results"]["failed_checks"]}
    return report["summary"], report["results"].get("parsing_errors", []), sorted(failed)


def main():
    root, checkov = Path(sys.argv[1]).resolve(), sys.argv[2]
    config = root / "tests/infra/checkov.yaml"
    summary, unread, failed = scan(checkov, config, root / "infra")
    mistakes = [f"checkov cannot read {path}" for path in unread] + failed
    if summary["resource_count"] < 5:
        mistakes.append(f"checkov saw {summary['resource_count']} resources only")
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(root / "infra", place, dirs_exist_ok=True)
        (Path(place) / "app/bad.bicep").write_text(BAD)
        _, _, found = scan(checkov, config, place)
    missed = [name for name in ("CKV_AZURE_3 ", "CKV_AZURE_44 ") if not any(text.startswith(name) for text in found)]
    for name, wrong in (("checkov: no policy is broken", mistakes), ("broken: checkov finds an open storage account", missed)):
        print(f"{'not ok' if wrong else 'ok'} - {name}")
        for text in wrong:
            print(f"# {text}")
    failed = bool(mistakes) + bool(missed)
    print(f"{2 - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
