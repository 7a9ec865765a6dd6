"""Run the command line. Nothing heavy is imported until a command needs it, so that `onrecord --help` is fast."""


def main() -> None:
    """Run the program and leave with its exit status."""
    try:
        from onrecord.show.cli.app import run

        run()
    except KeyboardInterrupt:  # Ctrl-C before or after the command itself
        raise SystemExit(130) from None
