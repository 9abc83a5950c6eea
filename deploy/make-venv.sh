#!/bin/sh
# Makes the virtual environment $VENV with $PYTHON. Debian parts `venv` from Python: where it is missing,
# root gets it installed and anyone else is told the one command to type.
set -eu

make_environment() {
    "$PYTHON" -m venv "$VENV"
    # Python 3.11 carries a pip of 2023, which takes 67 seconds of processor time to choose the packages where
    # this one takes 20. The old one does as well, if there is no other to be had.
    "$VENV/bin/python" -m pip install -qq --disable-pip-version-check -c constraints.txt --upgrade pip 2>/dev/null ||
        echo "The newest pip can't be fetched: going on with the one that $PYTHON carries." >&2
}

if [ -z "${PYTHON:-}" ]; then
    echo "citewise needs Python 3.11 or newer, and there is no python3 here: apt-get install python3 python3-venv" >&2
    exit 1
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "citewise needs Python 3.11 or newer, and $PYTHON is older: say which to use with make PYTHON=/path/to/python3" >&2
    exit 1
fi
if "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then
    make_environment
    exit 0
fi
package="$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $package, which $PYTHON lacks…"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
    make_environment
    exit 0
fi
echo "$PYTHON can't make virtual environments yet. Type: sudo apt-get install $package" >&2
exit 1
