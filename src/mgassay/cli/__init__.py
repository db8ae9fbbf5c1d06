"""The command line: verbs that read, call one function of a room, and write."""


def main() -> None:
    """Runs the command line."""
