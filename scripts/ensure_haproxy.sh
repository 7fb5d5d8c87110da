#!/bin/sh
# Prints the path of HAProxy for the tests of operation; installs Debian's package where it can.
set -eu

if command -v haproxy 2>/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No HAProxy found; installing Debian's package." >&2
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >&2 </dev/null &&
        apt-get install -y -qq --no-install-recommends haproxy >&2 </dev/null &&
        command -v haproxy; then
        exit 0
    fi
fi
echo "The tests of operation need HAProxy (Debian, Ubuntu: sudo apt-get install haproxy)." >&2
exit 1
