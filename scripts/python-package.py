"""Builds the Python client as it would be published, and tries what was built in other Pythons and without its friends.

    npm run test:python:package                        every Python from 3.9 that is found, with and without NumPy and pandas
    npm run test:python:package -- --only 3.9 --bare   one, with nothing but the package
    npm run test:python:package -- --service           with the service of this checkout, which must be built

The wheel and the sdist must pass `twine check --strict` and have all that belongs into them; then the tests of the sdist run
against the installed wheel. Those that need a service are skipped without `--service`. Needs `build` and `twine` (the extra `dev` has them). Prints a table, and
`Ran N tests` in all as its last line.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCE = ROOT / "clients" / "python"
MAIN = ROOT / "dist" / "main.js"
FRIENDS = ["numpy", "pandas"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="3.X", help="these versions")
    parser.add_argument("--bare", action="store_true", help="only without NumPy and pandas")
    parser.add_argument("--service", action="store_true", help="also the tests that need a service")
    given = parser.parse_args()
    if given.service and not MAIN.exists():
        parser.error("no service is built: npm run build")
    rows, total, failed = [], 0, False
    with tempfile.TemporaryDirectory(prefix="runledger-package-") as directory:
        wheel, tests = build(pathlib.Path(directory))
        found = {version: python for version, python in pythons().items() if not given.only or version in given.only}
        missing = [version for version in given.only or () if version not in found]
        found = found or {"%d.%d" % sys.version_info[:2]: sys.executable}
        for version, python in found.items():
            for friends in [[]] if given.bare else [[], FRIENDS]:
                ran, skipped, good = run_tests(python, wheel, tests, friends, pathlib.Path(directory), given.service)
                rows.append(f"| {version} | {' and '.join(friends) or 'none'} | {ran - skipped} | {skipped} | {'yes' if good else 'NO'} |")
                total, failed = total + ran - skipped, failed or not good or not ran
    print("| Python | with | run | skipped | passed |\n|---|---|---|---|---|")
    print("\n".join(rows))
    if missing:
        print(f"not found: {', '.join(missing)}")
    print(f"Ran {total} tests")
    return 1 if failed or not rows else 0


def build(directory: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The wheel, and the folder of the unpacked sdist."""
    clean = directory / "source"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=SOURCE, check=True, stdout=subprocess.PIPE, text=True).stdout
    files = [pathlib.Path(name) for name in listed.split("\0") if name]
    for file in files:  # as committed: nothing that lies about gets in
        (clean / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / file, clean / file)
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(directory / "dist"), str(clean)], check=True, stdout=subprocess.DEVNULL)
    (wheel,) = (directory / "dist").glob("*.whl")
    (sdist,) = (directory / "dist").glob("*.tar.gz")
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)], check=True)
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        expect("LICENSE of the wheel", any(name.endswith("LICENSE") for name in names))
        expect("modules of the wheel", {str(file) for file in files if file.parts[0] == "runledger"} <= set(names))
        expect("nothing else in the wheel", not any(name.startswith("tests") for name in names))
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        text = opened.read(metadata).decode()
        expect("a license expression", re.search(r"^License-Expression: Apache-2.0$", text, re.M) is not None)
        relative = re.findall(r"\]\((?!https?://|#|mailto:)[^)]*\)", text)
        expect(f"links of the README: {relative}", not relative)
    with tarfile.open(sdist) as opened:
        opened.extractall(directory / "sdist", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (unpacked,) = (directory / "sdist").iterdir()
    lacking = [str(file) for file in files if not (unpacked / file).exists() and file.name != ".gitignore"]
    expect(f"files of the sdist: {lacking}", not lacking)
    return wheel, unpacked


def expect(what: str, holds: bool) -> None:
    if not holds:
        raise SystemExit(f"the package lacks something: {what}")


def run_tests(python: str, wheel: pathlib.Path, tests: pathlib.Path, friends: list[str], directory: pathlib.Path, service: bool):
    environment = directory / f"venv-{len(list(directory.glob('venv-*')))}"
    subprocess.run([python, "-m", "venv", str(environment)], check=True)
    own = str(environment / "bin" / "python")
    pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(wheel), *friends], check=True)
    shutil.rmtree(tests / "runledger", ignore_errors=True)  # the installed one is meant
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RUNLEDGER_", "PYTHON"))}
    if service:
        clean["RUNLEDGER_TEST_COMMAND"] = f"node --max-semi-space-size=32 {MAIN}"
    result = subprocess.run(
        [own, "-m", "unittest", "discover", "-t", ".", "-s", "tests"], cwd=tests, env=clean, text=True, stderr=subprocess.PIPE
    )
    ran = re.search(r"^Ran (\d+) tests?", result.stderr, re.M)
    skipped = re.search(r"skipped=(\d+)", result.stderr)
    if result.returncode or ran is None:
        print(result.stderr[-20_000:], file=sys.stderr)
    shutil.rmtree(environment)
    return int(ran[1]) if ran else 0, int(skipped[1]) if skipped else 0, result.returncode == 0


def pythons() -> dict[str, str]:
    """Version to interpreter: of this process, of the path, and of pyenv."""
    places = [sys.executable]
    for minor in range(9, 16):
        places += filter(None, [shutil.which(f"python3.{minor}")])
    root = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv")
    places += [str(path) for path in sorted(root.glob("versions/3.*/bin/python"))]
    found: dict[str, str] = {}
    for place in places:
        asked = subprocess.run(
            [place, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        version = asked.stdout.strip()
        if asked.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 9):
            found.setdefault(version, place)
    return dict(sorted(found.items(), key=lambda item: int(item[0].split(".")[1])))


if __name__ == "__main__":
    sys.exit(main())
