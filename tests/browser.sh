#!/bin/sh
# Makes sure that a Chromium is here, for the tests that open the report in one.
# Does nothing where there is one; otherwise installs Debian's, or says in words what is missing.
set -u

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

missing() {
    echo "The tests in a browser need Chromium, and $1." >&2
    echo "Install one (on Debian or Ubuntu: apt-get install chromium) and run this again." >&2
    exit 1
}

command -v apt-get >/dev/null 2>&1 || missing "there is no apt-get to install it with"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || missing "only root may install it"
    as_root="sudo -n"
fi
echo "Installing Chromium for the tests in a browser (once)"
$as_root apt-get update -qq >/dev/null 2>&1 || true
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
    chromium >/dev/null 2>&1 || missing "apt-get could not install it"
