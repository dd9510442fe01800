#!/bin/sh
# Installs Debian packages when allowed to, else says the one line that does it, and stops.
# Usage: apt.sh PACKAGE...
set -eu
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: $*. Install them with your system's package manager, then try again." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Missing: $*. Run this line, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install -y --no-install-recommends "$@"
