#!/bin/bash
# Keeps and brings back whole states of the lab (which must be down), e.g.
# the seeded one.
#   state.sh save NAME | restore NAME | list
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mkdir -p "$OSLAB/saved"; chmod 700 "$OSLAB/saved"
[ "${1:-}" != list ] || { ls -l "$OSLAB/saved"; exit 0; }
[ -n "${2:-}" ] || die "usage: state.sh save NAME | restore NAME | list"
for f in "$OSLAB"/run/*.pid; do
  [ ! -e "$f" ] || ! alive "$(basename "$f" .pid)" || die "stop the lab first (down.sh)"
done
cd "$OSLAB" || exit 1
case $1 in
  save) tar -czf "saved/$2.tgz" etc state creds knobs || die "save";;
  restore)
    [ -e "saved/$2.tgz" ] || die "no such state: $2"
    rm -rf "${OSLAB:?}"/etc "$OSLAB"/state "$OSLAB"/creds "$OSLAB"/knobs
    tar -xzf "saved/$2.tgz" || die "restore";;
  *) die "usage: state.sh save NAME | restore NAME | list";;
esac
say "$1 $2: done"
