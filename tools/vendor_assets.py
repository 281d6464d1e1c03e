"""Fetch the third-party assets named in `jutong.ui.vendored` into the static folder, each with its licence beside it.

Run by hand when a version changes: `python tools/vendor_assets.py` (needs npm and its registry; nothing else in the
project does). Archives must match the digests below, so a changed upstream archive is noticed and not merged.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from jutong.ui import vendored  # noqa: E402

TARGET = ROOT / "src/jutong/ui/static/ui/vendor"
TEST_TARGET = ROOT / "tests/support/vendor"
# Static file storage with hashed names fails on maps that are not there, and browsers need none.
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


@dataclass(frozen=True)
class Package:
    """An archive of the npm registry and what we take from it: path in the archive -> our file name."""

    folder: str
    npm: str
    sha512: str
    files: dict[str, str]


PACKAGES = (
    Package(
        vendored.TABLER,
        "@tabler/core@1.0.0",
        "uFmv6f8TAaW2JaGwzjT1LfK+TjmBQSTCoznCMdV5uur4cv4TtJlV8Hh1Beu55YX0svMtOQ0Xts7tYv/+qBEcfA==",
        {"dist/css/tabler.min.css": "tabler.min.css", "dist/js/tabler.min.js": "tabler.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        vendored.HTMX,
        "htmx.org@2.0.11",
        "Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        vendored.ECHARTS,
        "echarts@6.1.0",
        "q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA==",
        {"dist/echarts.min.js": "echarts.min.js", "LICENSE": "LICENSE", "NOTICE": "NOTICE"},
    ),
)
ICON_PACKAGE = Package(
    vendored.ICONS,
    "@tabler/icons@3.51.0",
    "0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==",
    {"LICENSE": "LICENSE"},
)

# What tests bring into pages: the accessibility checker.
TEST_PACKAGES = (
    Package(
        "axe-core-4.14.1",
        "axe-core@4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        {"axe.min.js": "axe.min.js", "LICENSE": "LICENSE"},
    ),
)


def unpack(package: Package, workshop: Path) -> Path:
    """Download, check the digest, unpack; the folder that holds the package's files."""
    done = subprocess.run(
        ["npm", "pack", package.npm, "--silent", "--pack-destination", workshop],
        check=True, capture_output=True, text=True, cwd=workshop,
    )  # fmt: skip
    archive = workshop / done.stdout.strip().splitlines()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise SystemExit(f"{package.npm}: archive has sha512 {digest}, the recipe expects {package.sha512!r}")
    folder = workshop / package.folder
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def install(package: Package, source: Path) -> Path:
    """Copy the wanted files, without pointers to source maps."""
    target = (TEST_TARGET if package in TEST_PACKAGES else TARGET) / package.folder
    target.mkdir(parents=True)
    for inside, name in package.files.items():
        (target / name).write_bytes(SOURCE_MAP.sub(b"\n", (source / inside).read_bytes()))
    return target


def sprite(source: Path) -> bytes:
    """One SVG with a symbol for each icon we use; strokes take the colour of the text around them."""
    symbols = []
    for name in sorted(vendored.ICON_NAMES):
        text = (source / "icons/outline" / f"{name}.svg").read_text()
        body = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
        if body is None:
            raise SystemExit(f"{name}.svg: no <svg> in it")
        shapes = " ".join(line.strip() for line in body[1].strip().splitlines() if 'd="M0 0h24v24H0z"' not in line)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return ('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n").encode()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        workshop = Path(folder)
        sources = [(package, unpack(package, workshop)) for package in (*PACKAGES, *TEST_PACKAGES, ICON_PACKAGE)]
        icons = sprite(sources[-1][1])
        shutil.rmtree(TARGET, ignore_errors=True)
        shutil.rmtree(TEST_TARGET, ignore_errors=True)
        for package, source in sources:
            target = install(package, source)
            if package is ICON_PACKAGE:
                (target / "sprite.svg").write_bytes(icons)
            size_kb = sum(path.stat().st_size for path in target.iterdir()) // 1024
            print(f"{package.npm:24} {size_kb:6} kB  {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
