"""What modules and resources take and give, as renew-known wrote it down."""

import json
from pathlib import Path

HERE = Path(__file__).resolve().parents[1] / "known"


def load():
    """Modules by `avm/res/web/site:0.24.0`, resources by `Microsoft.Web/sites@2024-11-01`."""
    return (json.loads((HERE / f"{name}.json").read_text())[name] for name in ("modules", "resources"))
