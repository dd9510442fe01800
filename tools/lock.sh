#!/bin/sh
# Resolves both locks for every platform, with hashes and no index address; --check only compares.
# Usage: lock.sh BIN [--check]
set -eu
bin=$1
mode=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

compile() { # OUTPUT ARGUMENT...
    output=$1
    shift
    "$bin/uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-strip-extras --custom-compile-command "make lock" -o "$output" "$@"
}

# The present locks are the starting point: what still fits is kept, so a check changes nothing by itself.
cp requirements.lock requirements-dev.lock "$folder/"
compile "$folder/requirements.lock"
cp "$folder/requirements.lock" "$folder/base.lock"
(cd "$folder" && sed '/^#/d; /^    #/d' base.lock >constraints.txt)
compile "$folder/requirements-dev.lock" --extra dev --no-annotate -c "$folder/constraints.txt"

pins() { sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$1"; }
if [ "$mode" = "--check" ]; then
    for name in requirements.lock requirements-dev.lock; do
        pins "$name" >"$folder/old"
        pins "$folder/$name" >"$folder/new"
        if ! cmp -s "$folder/old" "$folder/new"; then
            echo "$name no longer answers to pyproject.toml; run: make lock" >&2
            diff "$folder/old" "$folder/new" | grep '==' >&2 || true
            exit 1
        fi
    done
    echo "Both locks answer to pyproject.toml."
else
    cp "$folder/requirements.lock" "$folder/requirements-dev.lock" .
fi
