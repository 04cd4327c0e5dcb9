#!/bin/bash
# One lab host while it runs.
#   ./host.sh list                      hosts, names, addresses, open ports, state of SSH
#   ./host.sh run HOST COMMAND...       a command on the host, as user cc
#   ./host.sh root HOST COMMAND...      a command in the host's network, as root
#   ./host.sh address HOST 127.x.y.z    another address (say, a floating IP of the OpenStack lab)
#   ./host.sh open|close HOST PORT      a port that answers on the address without SSH
#   ./host.sh ssh HOST on|off|hang|slow:MS   sshd answers, is refused, accepts and says nothing, is late
#   ./host.sh rekey HOST                new host keys, as a new server behind an old address
#   ./host.sh console HOST              what cloud-init prints about host keys on the console
#   ./host.sh net HOST cut|mend         packets to and from the host's address are dropped, as when Wi-Fi is away
#   ./host.sh link HOST down|up        the cable of node2 or node3 to their private network
#   ./host.sh sshd HOST [LINE...]       lines of sshd_config that count before all others, for new connections
#   ./host.sh disk HOST full|free       its home folder is a disk of its own without room, or as it was
#   ./host.sh drop HOST                 end the host's SSH connections now
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cmd=${1:-list}; h=${2:-}; shift; shift 2>/dev/null
d=$SVCLAB/hosts/$h
[ "$cmd" = list ] || hosts | grep -qx -- "$h" || die "no such host: $h"
# what is asked of the outside is so when this returns
refresh() {
  local a f=$SVCLAB/front/$1.json; a=$(host_addr "$1")
  [ -n "$a" ] || return 0
  jq -n --arg a "$a" --argjson p "$(pid_of "host-$1")" --arg c "$SVCLAB/hosts/$1/sshd_config" --arg l "$SVCLAB/log/sshd-$1.log" \
    --arg s "$(cat "$SVCLAB/hosts/$1/ssh_mode")" --argjson o "[$(grep -v '^$' "$SVCLAB/hosts/$1/open" | paste -sd, -)]" \
    '{address:$a,pid:$p,sshd_config:$c,log:$l,ssh:$s,open:$o}' > "$SVCLAB/front/.$1" && mv "$SVCLAB/front/.$1" "$f"
  alive front || return 0
  local as_of; as_of="$f $(stat -c %.9Y "$f" | tr -d .)"
  for _ in {1..100}; do grep -qxF "$as_of" "$SVCLAB/front/taken" 2>/dev/null && return 0; sleep 0.05; done
  die "the outside of $1 is not taken over"
}
connections() { local p; for p in $(/usr/bin/python3 "$HERE/procs.py" beside "$(pid_of "host-$1")"); do
  case $(tr '\0' ' ' 2>/dev/null < "/proc/$p/cmdline") in sshd*|*/sshd*) echo "$p";; esac; done; }
case $cmd in
  list) for h in $(hosts); do printf '%-8s %-28s %-14s ssh %-8s open %s\n' "$h" "$(host_name "$h")" "$(host_addr "$h" | grep . || echo "(jump)")" \
      "$(cat "$SVCLAB/hosts/$h/ssh_mode" 2>/dev/null || echo on)" "$(paste -sd, "$SVCLAB/hosts/$h/open" 2>/dev/null)"; done;;
  run) inside "$h" "$@";;
  root) nsenter -t "$(pid_of "host-$h")" -n -- "$@";;
  refresh) refresh "$h";;
  address) case $1 in 127.*) ;; *) die "only addresses of 127.0.0.0/8";; esac
    echo "$1" > "$d/address"; refresh "$h"; sed -i "/^Host $h /,/HostName/s/HostName .*/HostName $1/" "$SVCLAB/ssh_config"
    for t in ed25519 ecdsa rsa; do echo "$1 $(cut -d' ' -f1,2 "$d/ssh/ssh_host_${t}_key.pub")"; done >> "$SVCLAB/known_hosts";;
  open) grep -qx "$1" "$d/open" || echo "$1" >> "$d/open"; refresh "$h";;
  close) sed -i "/^$1\$/d" "$d/open"; refresh "$h";;
  ssh) echo "$1" > "$d/ssh_mode"; refresh "$h";;
  rekey) for t in ed25519 rsa ecdsa; do rm -f "$d/ssh/ssh_host_${t}_key"{,.pub}
      ssh-keygen -q -t $t $( [ $t = rsa ] && echo -b 2048) -N '' -C "root@$(host_name "$h")" -f "$d/ssh/ssh_host_${t}_key"; done;;
  console) echo "-----BEGIN SSH HOST KEY FINGERPRINTS-----"
    for t in ecdsa ed25519 rsa; do ssh-keygen -lf "$d/ssh/ssh_host_${t}_key.pub"; done
    printf -- '-----END SSH HOST KEY FINGERPRINTS-----\n-----BEGIN SSH HOST KEY KEYS-----\n'
    for t in ecdsa ed25519 rsa; do cat "$d/ssh/ssh_host_${t}_key.pub"; done
    echo "-----END SSH HOST KEY KEYS-----";;
  net) a=$(host_addr "$h"); for c in INPUT OUTPUT; do for w in -s -d; do
      while iptables -w -D "$c" "$w" "$a" -j DROP 2>/dev/null; do :; done
      [ "$1" = mend ] || iptables -w -I "$c" "$w" "$a" -j DROP; done; done;;
  link) inside_root node1 ip link set "p${h#node}" "$1";;
  sshd) sed -i '/^# -- before all/,/^# -- end/d' "$d/sshd_config"
    [ $# = 0 ] || { { echo '# -- before all'; printf '%s\n' "$@"; echo '# -- end'; cat "$d/sshd_config"; } > "$d/.sshd" && cat "$d/.sshd" > "$d/sshd_config"; };;
  disk) case $1 in
      full) inside_root "$h" sh -c 'mount -t tmpfs -o size=64k,mode=755,uid=1000,gid=1000 full-disk /home/cc &&
        cp -a "$1/home/.ssh" /home/cc/ && { head -c 1000000 /dev/zero > /home/cc/everything; true; }' - "$d" 2>/dev/null;;
      free) while inside_root "$h" umount full-disk 2>/dev/null; do :; done;;
    esac;;
  # a connection has two processes, and one may end the other before it is asked itself
  drop) for p in $(connections "$h"); do [ "$p" = "$(pid_of "sshd-$h")" ] || kill "$p" 2>/dev/null || true; done;;
  *) die "no such command: $cmd";;
esac
