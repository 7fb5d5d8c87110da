#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs one where that can be done.
# Order: the variable CHROMIUM, a browser on PATH, Debian's package (as root), otherwise a clear no.
set -eu

find_on_path() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

if [ -n "${CHROMIUM:-}" ]; then
    if [ -x "$CHROMIUM" ]; then
        echo "$CHROMIUM"
        exit 0
    fi
    echo "CHROMIUM is set to '$CHROMIUM', which is not a program that can be run." >&2
    exit 1
fi

if find_on_path; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "No Chromium found; installing Debian's package." >&2
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >&2 </dev/null &&
        apt-get install -y -qq --no-install-recommends chromium >&2 </dev/null && find_on_path; then
        exit 0
    fi
fi

cat >&2 <<'TEXT'
The browser tests need Chromium or Chrome, and none was found.
Install it (Debian, Ubuntu: sudo apt-get install chromium; Fedora: sudo dnf install chromium;
macOS: brew install --cask chromium), or set CHROMIUM to the path of the program.
TEXT
exit 1
