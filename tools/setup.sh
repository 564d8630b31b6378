#!/bin/sh
# Makes or completes a virtual environment with the three packages (editable) and groups of tools.
#
#   setup.sh VENV PYTHON GROUP...     PYTHON is used where VENV does not exist yet
#
# Works with whatever index pip is configured for. Running it again is harmless.
set -eu

venv=$1
python=$2
shift 2
cd "$(dirname "$0")/.."

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    echo "Making $venv with $python"
    "$python" -m venv --clear "$venv"
fi

groups=""
for group in "$@"; do groups="$groups --group $group"; done

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

# --group came with pip 25.1; the pip that comes with an interpreter is often older.
if ! pip install --help | grep -q -e "--group"; then
    pip install --quiet --upgrade "pip>=25.1"
fi

echo "Installing the packages and: $*"
# shellcheck disable=SC2086  # one word per option is meant
pip install --quiet \
    --editable packages/pydron-core --editable packages/pydron-runtime --editable packages/pydron-viz $groups

# pip compiles what it installs, but not what it installs as editable. Where Python is told not to write bytecode, each
# start of a program would compile the packages again.
"$venv/bin/python" -m compileall -q packages/*/src
