"""The command line. Nothing heavy is imported until a command needs it, so that `onrecord --help` answers at once."""


def main() -> None:
    """Run the program and leave with its exit status."""
    from onrecord.show.cli.app import run

    run()
