"""Run the command line. Nothing heavy is imported until a command needs it, so that `onrecord --help` is fast."""

import os
import sys


def main() -> None:
    """Run the program and leave with its exit status."""
    _open_closed_streams()
    try:
        from onrecord.show.cli.app import run

        run()
    except KeyboardInterrupt:  # Ctrl-C before or after the command itself
        raise SystemExit(130) from None


def _open_closed_streams() -> None:
    """Open standard streams that the caller closed on the null device.

    The next file opened would take its number: what is printed would be written into the ledger.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            os.set_inheritable(opened, True)  # for worker processes
    sys.stdin = sys.stdin or open(0, closefd=False, encoding="utf-8")  # noqa: SIM115 - to the end of the program
    sys.stdout = sys.stdout or open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
