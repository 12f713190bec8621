"""Runs the checks of `make check`: two lanes beside each other, each step's output in one piece when it has ended.

usage: .ci/steps.py [lint]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = str(ROOT / ".venv/bin/python")
FRONTEND = ROOT / "frontend"
SLOWEST = 25
DURATIONS = [f"--durations={SLOWEST}", "--durations-min=0.5"]

Step = tuple[str, Callable[[], "list[str] | None"], Path]
"""What is checked, a function that gives its command (None: nothing to check yet), where it runs."""

DURATION = re.compile(r"^ *(\d+\.\d+)s (setup|call|teardown) +(\S.*)\n?", re.MULTILINE)
DURATIONS_FRAME = re.compile(r"^(=+ slowest \d+ durations =+|\(\d+ durations < .*hidden.*\))\n", re.MULTILINE)

printing = threading.Lock()
failed: list[str] = []
passed: list[str] = []
slow: list[tuple[float, str, str]] = []
"""Seconds, test, phase (setup, call, teardown) of what pytest called slow, over all steps."""


def python(name: str, *arguments: str) -> Step:
    """A step that runs a Python module in the checkout."""
    return name, lambda: [PYTHON, "-m", *arguments], ROOT


def node(name: str, *arguments: str) -> Step:
    """A step that runs a script of frontend/package.json."""
    return name, lambda: ["npm", "run", "--silent", *arguments], FRONTEND


def schema_is_fresh() -> list[str]:
    """Generate the browser's types beside the kept ones and compare."""
    fresh = Path(tempfile.mkdtemp()) / "schema.d.ts"
    script = (
        'npx --no-install openapi-typescript ../docs/api/openapi.json -o "$0" >/dev/null && '
        '{ diff -u src/api/schema.d.ts "$0" || { echo "Run: make client"; exit 1; }; }'
    )
    return ["sh", "-c", script, str(fresh)]


def browser_tests() -> list[str] | None:
    """The tests in a real Chromium and a real Firefox, which are installed first where there are none."""
    if not any((ROOT / "tests/e2e").rglob("test_*.py")):
        return None
    os.environ["HUIYIN_CHROMIUM"] = chromium()
    if not shutil.which("firefox-esr") and _may_install():
        _apt_get("update", "-q")
        _apt_get("install", "-qy", "--no-install-recommends", "firefox-esr")  # without it its tests fail and say so
    return [PYTHON, "-m", "pytest", "-n", "2", *DURATIONS, "-m", "browser and not thorough", "tests/e2e"]


# The headless shell has no window to draw: half the processor time of the whole Chromium for the same pages.
CHROMIUMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def chromium() -> str:
    """The path of a Chromium. Raises `RuntimeError` that says what to do where none can be had."""
    if path := _installed_chromium():
        return path
    if _may_install():
        _apt_get("update", "-q")
        for package in ("chromium-headless-shell", "chromium"):  # older releases have no package of the shell alone
            _apt_get("install", "-qy", "--no-install-recommends", package, "fonts-noto-cjk")
            if path := _installed_chromium():
                return path
    raise RuntimeError(
        "The browser tests need Chromium, and apt could not install it. Install it (Debian: apt install "
        "chromium-headless-shell fonts-noto-cjk), or name one with HUIYIN_CHROMIUM=/path/to/chromium."
    )


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_get(*arguments: str) -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], env=quiet, check=False, stdout=subprocess.DEVNULL)


def _installed_chromium() -> str | None:
    named = [os.environ.get("HUIYIN_CHROMIUM"), *CHROMIUMS]
    if found := next((path for name in named if name and (path := shutil.which(name))), None):
        return found
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as b: print(b.chromium.executable_path)"
    answer = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    return answer if answer and Path(answer).exists() else None


LINT_PYTHON: list[Step] = [
    python("ruff", "ruff", "check", "--quiet", "."),
    python("format", "ruff", "format", "--check", "--quiet", "."),
    python("types", "mypy", "backend/huiyin", "tests"),
    ("import directions", lambda: [str(ROOT / ".venv/bin/lint-imports")], ROOT),
]
LINT_NODE: list[Step] = [
    node("frontend lint", "lint"),
    node("frontend format", "format:check"),
    node("frontend types", "types"),
]
API_DRIFT: list[Step] = [
    python("openapi.json is what the API says", "huiyin.cli", "openapi", "--check"),
    ("schema.d.ts is what openapi.json says", schema_is_fresh, FRONTEND),
]
TESTS: list[Step] = [
    python("tests", "pytest", "-n", "3", "--dist", "loadgroup", *DURATIONS, "-m", "not browser and not thorough")
]
NODE_TESTS: list[Step] = [
    node("frontend tests", "test"),
    node("zh-Hant is what zh-CN says", "zh-hant", "--", "--check"),
    ("frontend build", lambda: ["make", "dist"], ROOT),
    node("weight of the public pages", "budget"),
]
BROWSER: list[Step] = [("browser tests", browser_tests, ROOT)]


def without_durations(output: str) -> str:
    """What pytest said but for its slowest tests: those of all steps are shown together at the end."""
    slow.extend((float(seconds), test, phase) for seconds, phase, test in DURATION.findall(output))
    return DURATIONS_FRAME.sub("", DURATION.sub("", output))


def show_slowest() -> None:
    """The slowest tests of the whole run, so that one that has grown is seen by whoever made it grow."""
    if slow:
        print(f"the {SLOWEST} slowest tests:")
    for seconds, test, phase in sorted(slow, reverse=True)[:SLOWEST]:
        print(f"{seconds:7.1f} s  {test}" + ("" if phase == "call" else f" ({phase})"))


def run(steps: list[Step]) -> None:
    """Run one after the other; a failed one does not stop the rest, so that one run shows everything."""
    for name, command_of, where in steps:
        began = time.monotonic()
        try:
            command = command_of()
            if command is None:
                continue
            done = subprocess.run(
                command,
                cwd=where,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output, good = without_durations(done.stdout.decode(errors="replace")).strip(), done.returncode == 0
        except RuntimeError as problem:
            output, good = str(problem), False
        (passed if good else failed).append(name)
        with printing:
            print(f"{'ok  ' if good else 'FAIL'} {name} ({time.monotonic() - began:.0f} s)", flush=True)
            if output and (not good or "tests" in name):
                print(output, flush=True)


def together(*lanes: list[Step]) -> None:
    """Run the lanes beside each other: there are two processors."""
    threads = [threading.Thread(target=run, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> int:
    """Returns the exit status: 1 when something failed."""
    began = time.monotonic()
    together(LINT_PYTHON, LINT_NODE)
    if sys.argv[1:] != ["lint"]:
        together(API_DRIFT, NODE_TESTS)
        run(TESTS)  # takes both processors itself
        run(BROWSER)
    show_slowest()
    seconds = f"{time.monotonic() - began:.0f} s"
    if failed:
        print(f"check: FAILED in {seconds}: {', '.join(failed)}")
        return 1
    print(f"check: passed, {len(passed)} steps in {seconds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
