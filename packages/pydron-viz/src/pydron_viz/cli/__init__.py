"""The subcommands that this package adds to ``pydron``."""
