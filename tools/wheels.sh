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
cp examples/ten_lines.py "$trial"
"$python" -m venv "$trial/venv"
pip() { "$trial/venv/bin/python" -m pip --disable-pip-version-check install --quiet "$@"; }

# Core alone runs everything sequentially; with the others beside it the same program runs in parallel.
pip "$folder"/pydron_core-*.whl
(cd "$trial" && venv/bin/pydron --version && venv/bin/python ten_lines.py >sequential.txt)
pip "$folder"/*.whl
(cd "$trial" && venv/bin/pydron run --workers 2 --trace run.pydron ten_lines.py >parallel.txt)
(cd "$trial" && venv/bin/pydron trace summary run.pydron)
cmp "$trial/sequential.txt" "$trial/parallel.txt"
ls -l "$folder"
