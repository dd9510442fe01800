#!/bin/sh
# Resolves the locks for every platform, with hashes and no index address; --check only compares.
# Two are the product's own; the third is that of the Tryton server, which runs in an environment of its own.
# Usage: lock.sh BIN [--check]
set -eu
bin=$1
mode=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

compile() { # INPUT OUTPUT ARGUMENT...
    input=$1
    output=$2
    shift 2
    "$bin/uv" pip compile "$input" --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --custom-compile-command "make lock" -o "$output" "$@"
}

# The present locks are the starting point: what still fits is kept, so a check changes nothing by itself.
tryton=atoosync_lab/sandbox/tryton
cp requirements.lock requirements-dev.lock "$folder/"
cp "$tryton/requirements.txt" "$folder/tryton.lock"
compile pyproject.toml "$folder/requirements.lock" --no-strip-extras
cp "$folder/requirements.lock" "$folder/base.lock"
(cd "$folder" && sed '/^#/d; /^    #/d' base.lock >constraints.txt)
compile pyproject.toml "$folder/requirements-dev.lock" --no-strip-extras --extra dev --no-annotate -c "$folder/constraints.txt"
compile "$tryton/requirements.in" "$folder/tryton.lock" --no-annotate --strip-extras

pins() { sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$1"; }
if [ "$mode" = "--check" ]; then
    for pair in requirements.lock=requirements.lock requirements-dev.lock=requirements-dev.lock \
        "$tryton/requirements.txt=tryton.lock"; do
        name=${pair%%=*}
        pins "$name" >"$folder/old"
        pins "$folder/${pair#*=}" >"$folder/new"
        if ! cmp -s "$folder/old" "$folder/new"; then
            echo "$name no longer answers to what it was resolved from; run: make lock" >&2
            diff "$folder/old" "$folder/new" | grep '==' >&2 || true
            exit 1
        fi
    done
    echo "The locks answer to what they were resolved from."
else
    cp "$folder/requirements.lock" "$folder/requirements-dev.lock" .
    cp "$folder/tryton.lock" "$tryton/requirements.txt"
fi
