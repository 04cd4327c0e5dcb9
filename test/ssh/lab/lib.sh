# shellcheck shell=bash
# Common part of the lab's scripts: places, hosts, services, starting, stopping.
# Sourced by the others; needs bash.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export SVCLAB=${SVCLAB:-/tmp/svclab}
SVCLAB_NET=${SVCLAB_NET:-127.115.0}        # first three bytes of the hosts' addresses: must be 127.x.y
SVCLAB_WHO=${SVCLAB_WHO:-ab1234}           # net ID in the names
TESTS=$SVCLAB/tests                       # the tests as the hosts see them: the checkout may be a folder of root alone
SVCLAB_VENV=${SVCLAB_VENV:-$SVCLAB/venv}   # the services' programs; two labs may share them
case $SVCLAB in /?*) ;; *) echo "SVCLAB must be an absolute path" >&2; exit 1;; esac
case $SVCLAB_NET in 127.*) ;; *) echo "SVCLAB_NET must be a part of 127.0.0.0/8" >&2; exit 1;; esac

# Lab hosts: key, the server's name in OpenStack, last byte of its address ("-": none).
# Each is a network + mount + host-name namespace with an sshd of its own.
HOST_TABLE="
mlflow  node-mlflow-$SVCLAB_WHO        11
persist node-persist-$SVCLAB_WHO       12
ray     node-mltrain-$SVCLAB_WHO       13
serve   node-serve-system-$SVCLAB_WHO  14
online  node-eval-online-$SVCLAB_WHO   16
data    node-data-$SVCLAB_WHO          18
node1   node1-cloud-$SVCLAB_WHO        21
node2   node2-cloud-$SVCLAB_WHO        -
node3   node3-cloud-$SVCLAB_WHO        -
"
# Services: name, host, port that tells it is ready, URL path that tells it is ready
SERVICE_TABLE="
nginx       node1   80    /
mlflow      mlflow  8000  /health
jupyter     mlflow  8888  /api
ray         ray     8265  /api/version
"
# More of them, which only the labs' checks need: started by their names alone.
LABS_TABLE="
mlflow2        persist 8000 /health
ray-worker-0   ray     8265 /api/version
ray-worker-1   ray     8265 /api/version
fastapi        serve   8000 /openapi.json
flask          serve   80   /
fastapi-online online  8000 /metrics
flask-online   online  5000 /
prometheus     online  9090 /-/ready
postgres       data    5432 -
redis          data    6379 -
adminer        data    5050 /
api            data    8000 /health
"
# And those that take long to build or to start: of the suite that is not run every day.
LONG_TABLE="
minio          mlflow  9000 /minio/health/live
minio-online   online  9000 /minio/health/live
labelstudio    online  8080 /health
airflow        data    8080 /health
triton         serve   8000 /v2/models/food_classifier/ready
grafana        online  3000 /api/health
"
names() { awk 'NF{print $1}' <<< "$1"; }
hosts() { names "$HOST_TABLE"; }
services() { names "$SERVICE_TABLE"; }
host_name() { awk -v k="$1" '$1==k{print $2}' <<< "$HOST_TABLE"; }
# the address can be changed while it runs (host.sh address)
host_addr() {
  local f=$SVCLAB/hosts/$1/address b
  if [ -s "$f" ]; then cat "$f"; else
    b=$(awk -v k="$1" '$1==k{print $3}' <<< "$HOST_TABLE"); [ "$b" = - ] || echo "$SVCLAB_NET.$b"; fi
}
all_services() { names "$SERVICE_TABLE$LABS_TABLE$LONG_TABLE"; }
svc() { awk -v k="$1" -v n="$2" '$1==k{print $n}' <<< "$SERVICE_TABLE$LABS_TABLE$LONG_TABLE"; }   # NAME FIELD
host_of() { svc "$1" 2; }

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
die() { say "ERROR: $*" >&2; exit 1; }
installed() { # SERVICE: can it run here?
  case $1 in
    mlflow) [ -x "$SVCLAB_VENV/mlflow3/bin/mlflow" ];;
    jupyter) [ -x "$SVCLAB_VENV/jupyter/bin/jupyter" ];;
    ray|ray-worker-*) [ -x "$SVCLAB_VENV/ray/bin/ray" ];;
    nginx) [ -x /usr/sbin/nginx ];;
    mlflow2) [ -x "$SVCLAB_VENV/mlflow2/bin/mlflow" ];;
    fastapi*|flask*|api) [ -x "$SVCLAB_VENV/serve/bin/uvicorn" ];;
    prometheus) [ -x /usr/bin/prometheus ];;
    postgres) [ -x /usr/lib/postgresql/15/bin/postgres ];;
    redis) [ -x /usr/bin/redis-server ];;
    minio*) [ -x "$SVCLAB/bin/minio" ];;
    grafana) [ -x "$SVCLAB/bin/grafana" ];;
    labelstudio) [ -x "$SVCLAB_VENV/labelstudio/bin/label-studio" ];;
    airflow) [ -x "$SVCLAB_VENV/airflow/bin/airflow" ];;
    triton) [ -x "$SVCLAB_VENV/triton/bin/python" ];;
    adminer) [ -d /usr/share/adminer ] && [ -x /usr/bin/php ];;
    *) return 1;;
  esac
}

# The start time (clock ticks after boot) of a process: with it a pid is unique.
born() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() { # NAME
  local pid when
  [ -r "$SVCLAB/run/$1.pid" ] || return 1
  read -r pid when < "$SVCLAB/run/$1.pid" || return 1
  [ -n "$pid" ] && [ -n "$when" ] && [ "$(born "$pid")" = "$when" ]
}
pid_of() { local pid when; { read -r pid when < "$SVCLAB/run/$1.pid"; } 2>/dev/null && echo "$pid"; }
note() { echo "$2 $(born "$2")" > "$SVCLAB/run/$1.pid"; }

# What the lab's programs see of the environment: nothing of the caller's.
CLEAN=(env -i LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC SVCLAB="$SVCLAB" PYTHONUNBUFFERED=1
  DO_NOT_TRACK=true MLFLOW_DISABLE_TELEMETRY=true RAY_USAGE_STATS_ENABLED=0 GIT_PYTHON_REFRESH=quiet)

# inside HOST COMMAND...: as user cc, in the host's namespaces, in its home folder
inside() {
  local h=$1 pid; shift
  alive "host-$h" || die "host $h is not up"
  pid=$(pid_of "host-$h")
  nsenter -t "$pid" -n -m -u -- setpriv --reuid=1000 --regid=1000 --init-groups --inh-caps=-all \
    "${CLEAN[@]}" HOME=/home/cc USER=cc LOGNAME=cc PATH="/usr/local/bin:/usr/bin:/bin" \
    env -C /home/cc "$@"
}
knows_cc() { inside_root "$1" grep -q '^cc:' /etc/passwd; }
inside_root() { local h=$1; shift; nsenter -t "$(pid_of "host-$h")" -n -m -u -- "$@"; }

# start NAME HOST COMMAND...: a background process on that host, session leader
PRE=()   # a prefix that runs as root, if a service needs one
start() {
  local name=$1 h=$2; shift 2
  alive "$name" && return 0
  ( exec setsid nsenter -t "$(pid_of "host-$h")" -n -m -u -- "${PRE[@]}" \
      setpriv --reuid=1000 --regid=1000 --init-groups --inh-caps=-all \
      "${CLEAN[@]}" HOME=/home/cc USER=cc LOGNAME=cc SVCLAB_UNIT="$name" \
      PATH="/usr/local/bin:/usr/bin:/bin" env -C /home/cc "$@" ) \
      >> "$SVCLAB/log/$name.log" 2>&1 < /dev/null &
  local pid=$!
  note "$name" "$pid"; disown "$pid"
}

# all processes of a service: it and its children, and what carries its mark
members() { /usr/bin/python3 "$HERE/procs.py" members "$1" | grep .; }
mem_mb() { /usr/bin/python3 "$HERE/procs.py" memory "$1"; }
stop() { # NAME: TERM to it and its children, then KILL
  local name=$1 all pid deadline=$((SECONDS + ${STOP_WAIT:-15}))
  if alive "$name"; then kill -TERM "$(pid_of "$name")" 2>/dev/null; fi
  while alive "$name" && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
  for pid in $(members "$name"); do kill -TERM "$pid" 2>/dev/null; done
  # some of the first list may have lost its parent meanwhile; a pid is only taken again while it is marked or below
  for _ in 1 2 3 4 5; do all=$(members "$name"); [ -n "$all" ] || break; sleep 0.3; done
  for pid in $all; do kill -KILL "$pid" 2>/dev/null; done
  rm -f "$SVCLAB/run/$name.pid"
}
# hcurl HOST ARGS...: curl inside a host
hcurl() { local h=$1; shift; inside "$h" curl --noproxy '*' -s -m "${HCURL_T:-10}" "$@"; }
wait_http() { # NAME [SECONDS]: until its ready URL answers 2xx or 3xx
  local name=$1 h port path code deadline=$((SECONDS + ${2:-180}))
  h=$(host_of "$name"); port=$(svc "$name" 3); path=$(svc "$name" 4)
  while :; do
    if [ "$path" = - ]; then
      inside "$h" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2>/dev/null && return 0
    else
      code=$(HCURL_T=3 hcurl "$h" -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port$path")
      case $code in 2*|3*) return 0;; esac
    fi
    alive "$name" || { tail -n 20 "$SVCLAB/log/$name.log" >&2; die "$name ended at start (see $SVCLAB/log/$name.log)"; }
    [ $SECONDS -lt $deadline ] || die "$name is not ready: http://127.0.0.1:$port$path on $h (see $SVCLAB/log/$name.log)"
    sleep 0.3
  done
}
