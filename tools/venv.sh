#!/bin/sh
# Creates the virtual environment, or brings it up to date: packages by hash, then the project itself.
# Usage: venv.sh FOLDER LOCK
set -eu
folder=$1
lock=$2
here=$(dirname "$0")

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; found: $(python3 --version 2>&1 || echo none)." >&2
    echo "Install it (Debian 12, Ubuntu 24.04 and later have it as python3), then try again." >&2
    exit 1
}

if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    # Debian ships the venv module without what fills a new environment with pip.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        sh "$here/apt.sh" "$python-venv"
    fi
    echo "Creating $folder with $("$python" --version)"
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi
# A half-made environment, of an interrupted call, has no pip.
"$folder/bin/python" -m pip --version >/dev/null 2>&1 || "$folder/bin/python" -m ensurepip --upgrade

echo "Installing the packages of $lock"
pip="$folder/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --require-hashes -r "$lock"
$pip install --no-deps --editable .
