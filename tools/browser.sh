#!/bin/sh
# What the tests of the pages need: a browser, and fonts that give the same widths everywhere.
set -eu
here=$(dirname "$0")
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
if command -v dpkg-query >/dev/null 2>&1; then
    for package in fonts-dejavu fonts-liberation; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
    done
fi
[ -z "$missing" ] && exit 0
# shellcheck disable=SC2086  # several words are meant
exec sh "$here/apt.sh" $missing
