#!/bin/sh
# Prints the Python interpreters that can be used: version 3.10 or later, able to create virtual environments.
#
#   find_python.sh first [COMMAND]   the first one of COMMAND, python3, python3.13 ... python3.10
#   find_python.sh all               one per minor version, "3.12 /path/to/python3.12" per line
set -eu

# Interpreters of pyenv need not be on PATH, and its commands fail for versions that are not selected.
roots="${PYENV_ROOT:-}
${HOME:-/nonexistent}/.pyenv"

# usable COMMAND: prints "minor path" where the interpreter is new enough and has what `python -m venv` needs.
usable() {
    "$1" -c '
import sys
if sys.version_info < (3, 10):
    sys.exit(1)
import ensurepip, venv
print("3.%d" % sys.version_info[1], sys.executable)' 2>/dev/null
}

candidates() {
    for minor in 13 12 11 10; do
        echo "python3.$minor"
        echo "$roots" | while read -r root; do
            for path in "$root"/versions/3."$minor".*/bin/python3."$minor"; do
                if [ -x "$path" ]; then echo "$path"; fi
            done
        done
    done
}

case "${1:-}" in
first)
    for command in "${2:-python3}" $(candidates); do
        if found=$(usable "$command"); then
            echo "${found#* }"
            exit 0
        fi
    done
    {
        echo "Pydron needs Python 3.10 or later with its venv module, and none was found."
        echo "Looked for: ${2:-python3}, python3.13, python3.12, python3.11, python3.10, and those of pyenv."
        echo "Install one (on Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3"
    } >&2
    exit 1
    ;;
all)
    seen=""
    for command in $(candidates); do
        if found=$(usable "$command"); then
            case " $seen " in *" ${found%% *} "*) continue ;; esac
            seen="$seen ${found%% *}"
            echo "$found"
        fi
    done
    ;;
*)
    echo "usage: find_python.sh first [COMMAND] | all" >&2
    exit 2
    ;;
esac
