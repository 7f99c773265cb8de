#!/bin/sh
# Makes .venv and installs Slugline into it. `setup.sh run` for use, `setup.sh dev` with the test tools.
# Does nothing when that was done before with the same pyproject.toml and constraints.txt.
set -u
kind=$1
cd "$(dirname "$0")/.." || exit 1

stop() { echo "Error: $1" >&2; exit 1; }

wanted=$(cat pyproject.toml constraints.txt | cksum | tr -d ' ')
stamp=.venv/.slugline-$kind
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0
[ "$kind" = run ] && [ -f .venv/.slugline-dev ] && [ "$(cat .venv/.slugline-dev)" = "$wanted" ] && exit 0

fits='import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))'
found=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10 python}; do
    command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$fits" 2>/dev/null && found=$candidate && break
done
if [ -z "$found" ]; then
    have=$(${PYTHON:-python3} --version 2>&1) || have="no Python"
    stop "Slugline needs Python 3.10 to 3.13 and found $have; install one, or name it with: make PYTHON=/path/to/python3.12"
fi

# Packages take about 2 GB; a CUDA build of torch takes more.
free=$(df -Pk . | awk 'NR==2 {print int($4 / 1024)}')
[ "$free" -ge 3000 ] || stop "only $free MB are free in $(pwd) and setting up takes 3000; make room, then run make again"

"$found" -c 'import venv, ensurepip' 2>/dev/null || stop "$found cannot make virtual environments; install its venv package (Debian: apt-get install python3-venv)"
echo "Setting up .venv with $("$found" --version) (once; a few minutes)" >&2
[ -x .venv/bin/python ] && .venv/bin/python -c "$fits" 2>/dev/null || { rm -rf .venv; "$found" -m venv .venv || stop "could not make $(pwd)/.venv"; }

target=.
[ "$kind" = dev ] && target=".[dev,train]"
log=.venv/setup.log
if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input -q -c constraints.txt -e "$target" >"$log" 2>&1; then
    if grep -qiE 'no space left|errno 28' "$log"; then
        stop "the disk is full; make room in $(pwd) and the temporary folder, then run make again"
    elif grep -qiE 'NewConnectionError|connection (refused|reset|broken|error|timed)|temporary failure in name|name resolution|timed out|network is|max retries|could not find a version .*from versions: none' "$log"; then
        stop "the package index cannot be reached; check the network (or pip's index settings), then run make again (details: $log)"
    fi
    tail -n 5 "$log" >&2
    stop "installing the packages failed (details: $log)"
fi
rm -f .venv/.slugline-*
echo "$wanted" >"$stamp"
