"""Play a newcomer's first session: an empty environment, the pip that Python brings, and the README typed literally.

`python bench/newcomer.py` prints the seconds that each step took, and fails where a command fails, where the session
prints something else than the README, or where demo to chart takes more than three minutes of machine time.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.docs.session import steps  # noqa: E402

MOST = 180.0  # seconds of machine time from the demo to the chart


def main() -> int:
    """Run the session and say how long each step took."""
    with tempfile.TemporaryDirectory(prefix="newcomer-") as place:
        folder = Path(place)
        venv.create(folder / "env", with_pip=True)
        path = {"PATH": f"{folder / 'env' / 'bin'}:/usr/bin:/bin", "HOME": place, "LANG": "C.UTF-8"}
        kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
        environment = kept | path
        step("pip --version", folder, environment)
        step(f"pip install --quiet '{ROOT}[plot]'", folder, environment)
        (folder / "work").mkdir()
        work = folder / "work"
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        step("onrecord demo --ledger demo.db", work, environment)
        step("onrecord network --ledger demo.db --aggregate subtract -o net.png", work, environment)
        step("onrecord report --ledger demo.db -o briefing.html", work, environment)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        print(f"{used:7.1f} s of machine time from demo to chart (at most {MOST:.0f})")
        wrong = [] if used <= MOST else ["demo to chart took too long"]
        wrong += session((ROOT / "README.md").read_text(encoding="utf-8"), work, environment)
    for line in wrong:
        print(f"wrong: {line}", file=sys.stderr)
    return 1 if wrong else 0


def session(readme: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Type the README's commands; returns where the answer is another than the one printed there."""
    wrong = []
    for command, expected in steps(readme):
        shown = "\n".join(line.rstrip() for line in step(command, folder, environment).splitlines()).strip()
        if shown != expected:
            wrong.append(f"`{command}` printed\n{shown}\ninstead of\n{expected}")
    return wrong


def step(command: str, folder: Path, environment: dict[str, str]) -> str:
    """Run a command of the shell, say how long it took, and return what it printed."""
    began = time.monotonic()
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    print(f"{time.monotonic() - began:7.1f} s  {command}")
    if done.returncode:
        raise SystemExit(f"{command}: status {done.returncode}\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
