#!/bin/sh
# Runs pytest, with the arguments given, on every usable Python, each in an environment of its own (.venv-3.12, ...).
# SKIP_PYTHON=3.11 leaves that one out.
set -eu
cd "$(dirname "$0")/.."

interpreters=$(tools/find_python.sh all)
if [ -z "$interpreters" ]; then
    tools/find_python.sh first >/dev/null
fi

failed=""
while read -r minor python; do
    [ "$minor" != "${SKIP_PYTHON:-}" ] || continue
    venv=".venv-$minor"
    stamp="$venv/.ready"
    stale=$(find pyproject.toml packages/*/pyproject.toml tools/setup.sh -newer "$stamp" 2>/dev/null || echo missing)
    if [ -n "$stale" ] || [ "$(cat "$stamp")" != "$PWD" ]; then
        tools/setup.sh "$venv" "$python" test
        printf '%s' "$PWD" >"$stamp"
    fi
    echo "=== Python $minor: $("$venv/bin/python" --version)"
    # stdin is the list of interpreters: keep it from the tests
    "$venv/bin/python" -m pytest "$@" </dev/null || failed="$failed $minor"
done <<END
$interpreters
END

if [ -n "$failed" ]; then
    echo "Tests failed on Python:$failed" >&2
    exit 1
fi
echo "Tests passed on Python: $(echo "$interpreters" | cut -d' ' -f1 | tr '\n' ' ')"
