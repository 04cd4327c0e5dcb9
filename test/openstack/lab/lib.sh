# shellcheck shell=bash
# Common part of the lab's scripts: places, ports, starting and stopping.
# Sourced by the others; needs bash.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export OSLAB=${OSLAB:-/tmp/oslab}
OSLAB_REGION=${OSLAB_REGION:-KVM@TACC}
OSLAB_HOSTS=${OSLAB_HOSTS:-node-a node-b node-c node-d}
OSLAB_WITHOUT=${OSLAB_WITHOUT:-}          # e.g. "swift cinder"
OSLAB_TOKEN_TTL=${OSLAB_TOKEN_TTL:-3600}  # seconds a token lives
# true: application credentials may make leases (a lease needs a trust);
# false: as keystone's security fixes of 2026 have it, Blazar then answers 500
OSLAB_APPCRED_TRUSTS=${OSLAB_APPCRED_TRUSTS:-true}
OSLAB_BLAZAR_HOSTS=${OSLAB_BLAZAR_HOSTS:-node-c node-d}  # hosts that Blazar may reserve
OSLAB_BLAZAR_CLEANING=${OSLAB_BLAZAR_CLEANING:-0}        # minutes between two leases of a host
OSLAB_FIP_CIDR=${OSLAB_FIP_CIDR:-127.114.0.0/20}

P_KEYSTONE=15000 P_PLACEMENT=18778 P_GLANCE=19292 P_NOVA=18774 P_NEUTRON=19696
P_CINDER=18776 P_SWIFT=18080 P_BLAZAR=11234
P_OIDC=15080 P_FEDERATION=15050 P_KEYSTONE_UWSGI=15001   # federation.sh
P_MYSQL=13306 P_RABBIT=15673 P_RABBIT_DIST=35673 P_EPMD=14369 P_MEMCACHED=21211
P_SWIFT_ACCOUNT=16202 P_SWIFT_CONTAINER=16201 P_SWIFT_OBJECT=16200

# Blazar is used when BLAZAR_VENV names a venv that has it
BLAZAR_VENV=${BLAZAR_VENV:-}
[ -z "$BLAZAR_VENV" ] || [ -x "$BLAZAR_VENV/bin/blazar-manager" ] || {
  echo "BLAZAR_VENV: no blazar-manager in $BLAZAR_VENV/bin: going on without Blazar" >&2
  BLAZAR_VENV=
}

KEYSTONE_URL=http://127.0.0.1:$P_KEYSTONE/v3

# What the lab's programs see of the environment: nothing of the caller's.
CLEAN=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC
  HOME="$OSLAB/home" OSLAB="$OSLAB" PYTHONPATH="$HERE/pylib"
  PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1)

with() { case " $OSLAB_WITHOUT " in *" $1 "*) return 1;; esac; return 0; }
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
die() { say "ERROR: $*" >&2; exit 1; }

# The start time (clock ticks after boot) of a process: with it a pid is unique.
born() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

alive() { # NAME
  local pid when
  [ -r "$OSLAB/run/$1.pid" ] || return 1
  read -r pid when < "$OSLAB/run/$1.pid" || return 1
  [ -n "$pid" ] && [ -n "$when" ] && [ "$(born "$pid")" = "$when" ]
}

# start NAME COMMAND...: a background process of its own session (pid = group).
start() {
  local name=$1; shift
  alive "$name" && return 0
  # exec: the pid noted is the program's own, and setsid makes it its group's
  ( cd "$OSLAB/state" && exec "${CLEAN[@]}" setsid "$@" ) >> "$OSLAB/log/$name.out" 2>&1 < /dev/null &
  local pid=$!
  echo "$pid $(born "$pid")" > "$OSLAB/run/$name.pid"
  disown "$pid"
}

# stop_all NAME...: TERM to each one's process group, then KILL after a while.
stop_all() {
  local name pid when left=() deadline=$((SECONDS + ${STOP_WAIT:-15}))
  for name in "$@"; do
    [ -e "$OSLAB/run/$name.pid" ] || continue
    if alive "$name"; then
      read -r pid when < "$OSLAB/run/$name.pid"
      kill -TERM "$pid" 2>/dev/null
      left+=("$name")
    else
      rm -f "$OSLAB/run/$name.pid"
    fi
  done
  for name in "${left[@]}"; do
    read -r pid when < "$OSLAB/run/$name.pid"
    while alive "$name" && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
    # its children are in the process group that the start gave it
    if kill -0 -- "-$pid" 2>/dev/null; then
      alive "$name" && say "$name did not end on TERM: killed"
      kill -KILL -- "-$pid" 2>/dev/null
    fi
    rm -f "$OSLAB/run/$name.pid"
  done
}

wait_http() { # NAME URL [SECONDS]: until URL answers with any HTTP status < 500
  local name=$1 url=$2 deadline=$((SECONDS + ${3:-90})) code
  while :; do
    code=$(curl --noproxy '*' -s -o /dev/null -m 5 -w '%{http_code}' "$url")
    [ "$code" -ge 200 ] && [ "$code" -lt 500 ] && return 0
    alive "$name" || { tail -n 20 "$OSLAB/log/$name.out" >&2; die "$name ended at start (see $OSLAB/log/$name.*)"; }
    [ $SECONDS -lt $deadline ] || die "$name does not answer at $url (see $OSLAB/log/$name.*)"
    sleep 0.3
  done
}

wait_port() { # NAME PORT [SECONDS]
  local deadline=$((SECONDS + ${3:-60}))
  until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
    alive "$1" || { tail -n 20 "$OSLAB/log/$1.out" >&2; die "$1 ended at start (see $OSLAB/log/$1.*)"; }
    [ $SECONDS -lt $deadline ] || die "$1 does not listen on port $2"
    sleep 0.2
  done
}

sql() { mariadb --no-defaults -S "$OSLAB/run/mysql.sock" -u root -N "$@"; }

# run LOG COMMAND...: a one-shot step; its log is shown when it fails
run() {
  local log=$OSLAB/log/$1.out rc=0; shift
  "${CLEAN[@]}" "$@" >> "$log" 2>&1 || rc=$?
  [ $rc = 0 ] || { tail -n 30 "$log" >&2; say "ERROR: $* (exit $rc, see $log)" >&2; }
  return $rc
}

# with federation.sh up also on a socket for Apache, and with the configuration that allows the method openid
start_keystone() {
  local files=$OSLAB/etc/keystone.conf more=()
  if [ -e "$OSLAB/etc/federation/keystone.conf" ]; then
    files="$files;$OSLAB/etc/federation/keystone.conf"
    more=(--socket 127.0.0.1:$P_KEYSTONE_UWSGI)
  fi
  start keystone uwsgi --ini "$OSLAB/etc/keystone-uwsgi.ini" "${more[@]}" --env "OS_KEYSTONE_CONFIG_FILES=$files"
}
