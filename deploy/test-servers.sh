#!/bin/sh
# Installs the servers that the tests of remote drives run against: Samba, OpenSSH and Apache, from Debian.
# Without root or apt it says so and succeeds: those tests are then skipped.
set -eu
if command -v smbd >/dev/null && command -v sshd >/dev/null && command -v apache2 >/dev/null; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Neither root nor apt here: the tests against Samba, OpenSSH and Apache will be skipped." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# No service is to be started: the tests start their own, on loopback.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
if ! { apt-get update -qq && apt-get install -qq -y --no-install-recommends \
    samba openssh-server apache2 apache2-utils >/dev/null; }; then
    echo "Debian's servers could not be installed: the tests against them will be skipped." >&2
fi
