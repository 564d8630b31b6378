#!/bin/sh
# Builds the three wheels and tries them in a fresh environment.
#
#   wheels.sh PYTHON FOLDER
set -eu
python=$1
folder=$2
cd "$(dirname "$0")/.."

rm -rf "$folder"
for package in core runtime viz; do
    "$python" -m build --wheel --outdir "$folder" "packages/pydron-$package" >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
done
rm -f "$folder.log"

trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
"$python" -m venv "$trial/venv"
"$trial/venv/bin/python" -m pip --disable-pip-version-check install --quiet "$folder"/*.whl
cp examples/ten_lines.py "$trial"
(cd "$trial" && venv/bin/pydron --version && venv/bin/pydron run --workers 2 ten_lines.py)
ls -l "$folder"
