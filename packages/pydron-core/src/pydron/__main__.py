"""``python -m pydron``: the command line, of the interpreter that is meant."""

from __future__ import annotations

import sys

from pydron.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
