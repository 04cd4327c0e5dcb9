#!/bin/bash
# Ends with 0 when the lab's hosts and services (all, or the ones named) run and answer, whoever started them.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
alive front || exit 1
for h in $(hosts); do alive "host-$h" && knows_cc "$h" || exit 1; done
[ $# -gt 0 ] || set -- $(services)
for s in sshd-node1 sshd-node2 sshd-node3 "$@"; do alive "$s" || exit 1; done
for s in "$@"; do (wait_http "$s" 5) > /dev/null 2>&1 || exit 1; done
