"""Writes an app as a folder and as a zip."""
import os
import pathlib
import shutil
import stat
import sys
import zipfile

from app_folder import AppFolder

# The earliest date that a zip can store.
EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX = 3  # the system that made an entry; tools read its modes only with this value (APPNOTE.TXT, 4.4.2)

# For tools that pack the folder themselves. The tools of Azure omit the local settings anyway; editors omit them only if this file says so.
IGNORE = "local.settings.json\n.funcignore\n"


def publish(app: AppFolder, out: pathlib.Path, settings: pathlib.Path) -> None:
    """Writes app/, mcp-bridge.zip and symbols/ into `out`. Replaces earlier ones only after all three are complete."""
    out.mkdir(parents=True, exist_ok=True)
    write_folder(out / "app.new", app.files, app.mode)
    write_file(out / "app.new/.funcignore", IGNORE.encode(), 0o644)
    write_file(out / "app.new/local.settings.json", settings.read_bytes(), 0o644)
    write_folder(out / "symbols.new", app.symbols, lambda name: 0o644)
    write_zip(out / "mcp-bridge.zip.new", app)
    for name in ("app", "symbols"):
        shutil.rmtree(out / name, ignore_errors=True)
    for name in ("app", "symbols", "mcp-bridge.zip"):
        os.replace(out / f"{name}.new", out / name)
    size = (out / "mcp-bridge.zip").stat().st_size
    print(f"package: {out / 'app'} and {out / 'mcp-bridge.zip'}, {len(app.files)} files, {size / 1e6:.1f} MB", file=sys.stderr)


def write_file(path: pathlib.Path, content: bytes, mode: int) -> None:
    path.write_bytes(content)
    path.chmod(mode)


def write_folder(folder: pathlib.Path, files: dict, mode) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, content, mode(name))
    # The umask changed the modes of the folders, so they are set again.
    for path in (folder, *(found for found in folder.rglob("*") if found.is_dir())):
        path.chmod(0o755)


def write_zip(path: pathlib.Path, app: AppFolder) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(app.files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = UNIX
            entry.external_attr = (stat.S_IFREG | app.mode(name)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, app.files[name])
    path.chmod(0o644)
