#!/bin/bash
# Stops what up.sh started (all, or the services named), keeps the state; --wipe removes it
# (not what install.sh made); --purge removes everything.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
what=; [[ ${1:-} == --* ]] && { what=$1; shift; }
if [ $# -gt 0 ]; then for s in "$@"; do stop "$s"; done; exit 0; fi
for s in $(all_services | tac); do [ -e "$SVCLAB/run/$s.pid" ] && { stop "$s" & }; done; wait
for s in front sshd-node1 sshd-node2 sshd-node3; do [ -e "$SVCLAB/run/$s.pid" ] && stop "$s"; done
for h in $(hosts); do
  alive "host-$h" || { rm -f "$SVCLAB/run/host-$h.pid"; continue; }
  # whatever still lives in the host's own network is the lab's: connections, strays
  for sig in TERM KILL; do
    left=$(/usr/bin/python3 "$HERE/procs.py" beside "$(pid_of "host-$h")")
    [ -z "$left" ] || { kill -$sig $left 2>/dev/null; sleep 0.1; }
  done
  kill -KILL "$(pid_of "host-$h")" 2>/dev/null
  rm -f "$SVCLAB/run/host-$h.pid" "$SVCLAB/hosts/$h/ready"
done
rm -f "$SVCLAB"/front/*.json
case $what in
  --wipe) rm -rf "$SVCLAB"/{run,log,etc,keys,hosts,front,state,ssh_config,known_hosts};;
  --purge) chmod -R u+w "$SVCLAB/src" 2>/dev/null; rm -rf "$SVCLAB";;
esac
say "down"
