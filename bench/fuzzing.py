"""Fuzzing: at least 10,000 requests made up from the API's own description, as four signed-in officers; no 500.

schemathesis makes them: examples, the edges of every field, and random ones, valid and not. Streams and the routes that
would end the session itself are left out. Whatever is answered with a server error fails the run and is printed.
"""

import re
import subprocess
import sys

from bench.service import connect, running, sign_in

OFFICERS = ("intake.city", "review.city", "admin.city", "desk.city")
LEFT_OUT = "/live|/sessions"
LEAST = 10_000


def measure() -> None:
    """Print how many cases each officer's run made, and every failure. Raises SystemExit on a server error."""
    cases = 0
    failed = False
    with running() as service:
        for officer in OFFICERS:
            with connect(service) as owner:
                cookie = sign_in(owner, officer, 1)[0]
            told = subprocess.run(
                [
                    *(sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/api/openapi.json"),
                    *("--header", f"Cookie: huiyin_session={cookie}", "--header", f"Origin: {service.url}"),
                    *("--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing"),
                    *("--max-examples", "15", "--continue-on-failure", "--no-shrink", "--no-color"),
                    *("--exclude-path-regex", LEFT_OUT, "--warnings", "off", "--request-timeout", "30"),
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            made = re.search(r"([\d,]+) generated", told.stdout)
            cases += int(made[1].replace(",", "")) if made else 0
            print(f"{officer}: {made[0] if made else 'no cases'}, exit {told.returncode}", flush=True)
            if told.returncode:
                failed = True
                print(told.stdout[-6000:], told.stderr[-2000:], sep="\n")
    print(f"{cases} cases")
    if failed or cases < LEAST:
        sys.exit(f"fuzzing failed, or made fewer than {LEAST} cases")
