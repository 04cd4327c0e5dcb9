#!/bin/bash
# Starts the lab: its hosts (namespaces with a real sshd each) and real services on them.
#   ./up.sh                 all hosts and every installed service
#   ./up.sh ssh             the hosts alone
#   ./up.sh mlflow ray      hosts, and these services
# State, logs, pids are under $SVCLAB (default /tmp/svclab).
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "$(id -u)" = 0 ] || die "up.sh: run as root"
T0=$SECONDS
umask 022
mkdir -p "$SVCLAB"/{run,log,etc,keys,hosts,front,state} "$TESTS"
chmod 755 "$SVCLAB"
mkdir -p /run/sshd

# ---- users and keys ----------------------------------------------------------
# The hosts see their own passwd and group: user cc (1000, group docker), as Chameleon's images.
# (seen there in front of the machine's own /etc, as a folder: a mount on one file ends when a package replaces that
# file; rewritten in place, and only if they change, or logins would fail meanwhile)
put() { local t; t=$(cat); [ "$t" = "$(cat "$1" 2>/dev/null)" ] || printf '%s\n' "$t" > "$1"; }
{ grep -v -e '^cc:' -e ':x:1000:' /etc/passwd; echo 'cc:x:1000:1000:Chameleon:/home/cc:/bin/bash'; } | put "$SVCLAB/etc/passwd"
{ grep -v -E '^(cc|docker):|:x:1000:' /etc/group; printf 'cc:x:1000:\ndocker:x:987:cc\n'; } | put "$SVCLAB/etc/group"
K=$SVCLAB/keys
[ -e "$K/id_rsa_chameleon" ] || ssh-keygen -q -t rsa -b 3072 -N '' -C "$SVCLAB_WHO" -f "$K/id_rsa_chameleon"
[ -e "$K/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C "$SVCLAB_WHO" -f "$K/id_ed25519"
[ -e "$K/id_passphrase" ] || ssh-keygen -q -t ed25519 -N 'lab passphrase' -C "$SVCLAB_WHO" -f "$K/id_passphrase"
[ -e "$K/id_stranger" ] || ssh-keygen -q -t ed25519 -N '' -C stranger -f "$K/id_stranger"

[ -s "$K/jupyter_token" ] || od -An -tx1 -N24 /dev/urandom | tr -d ' \n' > "$K/jupyter_token"

# ---- hosts -------------------------------------------------------------------
host_up() { # KEY: namespaces, home folder, host keys, sshd configuration
  local h=$1 d=$SVCLAB/hosts/$1 pid addr t s deadline
  mkdir -p "$d"/{etc,home/.ssh,home/.stand-in,ssh,tmp-ray}
  for t in ed25519 rsa ecdsa; do
    [ -e "$d/ssh/ssh_host_${t}_key" ] || ssh-keygen -q -t $t $( [ $t = rsa ] && echo -b 2048) -N '' -C "root@$(host_name "$h")" -f "$d/ssh/ssh_host_${t}_key"
  done
  cat "$K"/id_rsa_chameleon.pub "$K"/id_ed25519.pub "$K"/id_passphrase.pub > "$d/home/.ssh/authorized_keys"
  [ -e "$d/home/.bashrc" ] || echo 'case $- in *i*) PS1="cc@\h:\w\$ ";; esac' > "$d/home/.bashrc"
  chown -R 1000:1000 "$d/home" "$d/tmp-ray"; chmod 700 "$d/home/.ssh"
  cat > "$d/sshd_config" <<EOF
# one lab host's sshd; started by front.py for each connection, or listening in its own network
Port 22
HostKey $d/ssh/ssh_host_ed25519_key
HostKey $d/ssh/ssh_host_ecdsa_key
HostKey $d/ssh/ssh_host_rsa_key
AuthorizedKeysFile .ssh/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
UsePAM no
StrictModes no
AllowTcpForwarding yes
AllowAgentForwarding yes
X11Forwarding no
PrintMotd no
PidFile none
LogLevel VERBOSE
Subsystem sftp internal-sftp
SetEnv PATH=/home/cc/.stand-in:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 SVCLAB=$SVCLAB
$(cat "$d/sshd_extra" 2>/dev/null)
EOF
  if ! alive "host-$h"; then
    sed "s/^127.0.1.1.*//; s/$(hostname)//" /etc/hosts | grep -v -E '\bnode[123]$' > "$d/etc/hosts"
    printf '127.0.0.1 %s fastapi_server cadvisor\n192.168.1.11 node1\n192.168.1.12 node2\n192.168.1.13 node3\n' "$(host_name "$h")" >> "$d/etc/hosts"
    # before it is made: the other way round a host that was quicker than this shell was waited for until the end of time
    rm -f "$d/ready"
    setsid unshare -n -m -u --propagation private bash -c '
      d=$1; etc=$2; name=$3
      mount --bind "$4" "$5"
      mkdir -p /tmp/ray
      mount --bind "$d/tmp-ray" /tmp/ray
      mount -t overlay -o "ro,lowerdir=$d/etc:$etc:/etc" host-etc /etc
      mount -t tmpfs -o mode=755 home /home && mkdir /home/cc && mount --bind "$d/home" /home/cc
      hostname "$name"
      ip link set lo up
      echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
      cd / && touch "$d/ready" && exec sleep infinity' - "$d" "$SVCLAB/etc" "$(host_name "$h")" "$HERE/../.." "$TESTS" \
      > "$SVCLAB/log/host-$h.log" 2>&1 < /dev/null &
    pid=$!; note "host-$h" "$pid"; disown "$pid"; deadline=$((SECONDS + 60))
    until [ -e "$d/ready" ]; do sleep 0.05; { [ $SECONDS -lt $deadline ] && kill -0 "$pid" 2>/dev/null; } || { cat "$SVCLAB/log/host-$h.log" >&2; die "host $h (namespaces need CAP_SYS_ADMIN)"; }; done
  fi
  # a package that makes a user replaces /etc/passwd, and what was mounted on it is gone
  knows_cc "$h" || for s in passwd group; do inside_root "$h" mount --bind "$SVCLAB/etc/$s" "/etc/$s"; done
  addr=$(host_addr "$h")
  if [ -n "$addr" ]; then
    [ -e "$d/open" ] || case $h in node1) echo 80;; esac > "$d/open"
    [ -e "$d/ssh_mode" ] || echo on > "$d/ssh_mode"
    "$HERE/host.sh" refresh "$h"
  fi
}
for h in $(hosts); do host_up "$h"; done
# the private network of the three cloud nodes: a bridge in node1, nothing outside of it
if ! inside_root node1 ip link show br-priv > /dev/null 2>&1; then
  inside_root node1 ip link add br-priv type bridge
  inside_root node1 ip addr add 192.168.1.11/24 dev br-priv
  inside_root node1 ip link set br-priv up
fi
for n in 2 3; do
  if ! inside_root node$n ip link show ens3 > /dev/null 2>&1; then
    inside_root node1 ip link del p$n 2>/dev/null
    inside_root node1 ip link add p$n type veth peer name ens3 netns "$(pid_of host-node$n)"
    inside_root node1 ip link set p$n master br-priv up
    inside_root node$n ip addr add 192.168.1.1$n/24 dev ens3
    inside_root node$n ip link set ens3 up
  fi
done
for n in 1 2 3; do
  alive sshd-node$n || {
    setsid nsenter -t "$(pid_of host-node$n)" -n -m -u -- /usr/sbin/sshd -D -f "$SVCLAB/hosts/node$n/sshd_config" \
      -o ListenAddress=192.168.1.1$n -E "$SVCLAB/log/sshd-node$n.log" < /dev/null > /dev/null 2>&1 &
    note sshd-node$n $!; disown $!; }
done
alive front || { SVCLAB_UNIT=front setsid /usr/bin/python3 "$HERE/front.py" "$SVCLAB/front" >> "$SVCLAB/log/front.log" 2>&1 < /dev/null &
  note front $!; disown $!; }
{ for h in $(hosts); do a=$(host_addr "$h")
    printf 'Host %s %s\n  User cc\n  IdentityFile %s/id_rsa_chameleon\n  IdentitiesOnly yes\n  UserKnownHostsFile %s/known_hosts\n' "$h" "$(host_name "$h")" "$K" "$SVCLAB"
    case $h in node2) printf '  HostName 192.168.1.12\n  ProxyJump node1\n';; node3) printf '  HostName 192.168.1.13\n  ProxyJump node1\n';;
      *) printf '  HostName %s\n' "$a";; esac; done; } > "$SVCLAB/ssh_config"
{ for h in $(hosts); do a=$(host_addr "$h"); case $h in node2) a=192.168.1.12;; node3) a=192.168.1.13;; esac
    for t in ed25519 ecdsa rsa; do echo "$a $(cut -d' ' -f1,2 "$SVCLAB/hosts/$h/ssh/ssh_host_${t}_key.pub")"; done; done; } > "$SVCLAB/known_hosts"
say "$(hosts | wc -l) hosts are up after $((SECONDS - T0)) s (ssh -F $SVCLAB/ssh_config mlflow)"

# ---- services ----------------------------------------------------------------
case ${1:-} in
  '') set -- $(for s in $(services); do installed "$s" && echo "$s"; done);;
  ssh) exit 0;;
esac
V=$SVCLAB_VENV ST=$SVCLAB/state
own() { mkdir -p "$@"; chown 1000:1000 "$@"; }
up_nginx() {
  own "$ST/nginx" "$ST/nginx/html"
  cat > "$ST/nginx/nginx.conf" <<EOF
daemon off; worker_processes 1; pid $ST/nginx/pid; error_log stderr;
events { worker_connections 256; }
http { access_log off; client_body_temp_path $ST/nginx/a; proxy_temp_path $ST/nginx/b; fastcgi_temp_path $ST/nginx/c; uwsgi_temp_path $ST/nginx/d; scgi_temp_path $ST/nginx/e;
  server { listen 127.0.0.1:80; root $ST/nginx/html; } }
EOF
  [ -e "$ST/nginx/html/index.html" ] || cp /usr/share/nginx/html/index.html "$ST/nginx/html/" 2>/dev/null || cp /var/www/html/index*.html "$ST/nginx/html/index.html"
  start nginx node1 /usr/sbin/nginx -c "$ST/nginx/nginx.conf" -e stderr
}
up_mlflow() { own "$ST/mlflow"
  start mlflow mlflow "$V/mlflow3/bin/mlflow" server --host 127.0.0.1 --port 8000 --workers 1 \
    --backend-store-uri "sqlite:///$ST/mlflow/mlflow.db" --artifacts-destination "$ST/mlflow/artifacts"; }
up_jupyter() { own "$ST/jupyter" # with a token, as the labs' containers have
  start jupyter mlflow env PATH="$V/jupyter/bin:/usr/bin:/bin" JUPYTER_TOKEN="$(cat "$SVCLAB/keys/jupyter_token")" \
    "$V/jupyter/bin/jupyter" lab --no-browser --ip=127.0.0.1 --port=8888 --ServerApp.root_dir="$ST/jupyter"; }
up_ray() { # the head alone: its dashboard is what is forwarded
  # on a busy machine Ray's helpers give each other up after 30 s: once more, then
  start ray ray bash -c 'for i in 1 2 3; do "$@" && exit; sleep 2; done' - \
    env PATH="$V/ray/bin:/usr/bin:/bin" RAY_memory_monitor_refresh_ms=0 "$V/ray/bin/ray" start --block --head --port 6379 \
    --node-ip-address 127.0.0.1 --dashboard-host 127.0.0.1 --dashboard-port 8265 --num-cpus 4 --num-gpus 0 \
    --metrics-export-port 8080 --object-store-memory 100000000 --disable-usage-stats; }
worker() { # N: with one (imaginary) GPU
  # Three nodes on one machine share a session folder, and each node that unpacks a job's files
  # there empties the folder in which the others run: a mount of its own for each worker.
  own "$SVCLAB/hosts/ray/runtime-$1"
  PRE=(unshare -m --propagation private bash -c 'd=$(readlink /tmp/ray/session_latest)/runtime_resources
    mkdir -p "$d"; chown 1000:1000 "$d"; mount --bind "$1" "$d"; shift; exec "$@"' - "$SVCLAB/hosts/ray/runtime-$1")
  start "ray-worker-$1" ray bash -c 'for i in 1 2 3; do "$@" && exit; sleep 2; done' - \
    env PATH="$V/ray/bin:/usr/bin:/bin" RAY_memory_monitor_refresh_ms=0 "$V/ray/bin/ray" start --block --address 127.0.0.1:6379 \
    --node-ip-address 127.0.0.1 --num-cpus 8 --num-gpus 1 --object-store-memory 100000000 --disable-usage-stats \
    --dashboard-agent-listen-port $((52366 + $1))
  PRE=(); }
up_ray-worker-0() { worker 0; }
up_ray-worker-1() { worker 1; }
up_mlflow2() { own "$ST/mlflow2"
  start mlflow2 persist "$V/mlflow2/bin/mlflow" server --host 127.0.0.1 --port 8000 --workers 1 \
    --backend-store-uri "sqlite:///$ST/mlflow2/mlflow.db" --artifacts-destination "$ST/mlflow2/artifacts"; }
python_on() { # NAME HOST VARIABLE=VALUE... COMMAND...: of the folder apps
  local name=$1 h=$2; shift 2
  start "$name" "$h" env PATH="$V/serve/bin:/usr/bin:/bin" PYTHONPATH="$TESTS/ssh/lab/apps" PYTHONDONTWRITEBYTECODE=1 "$@"; }
food() { python_on "$1" "$2" FOOD_TITLE="${FOOD_TITLE:-Food Classification API}" FOOD_METRICS="$3" \
  uvicorn food_api:app --host 127.0.0.1 --port 8000; }
flask_on() { python_on "$1" "$2" FASTAPI_SERVER_URL=http://127.0.0.1:8000 flask --app food_web run --host 127.0.0.1 --port "$3"; }
up_fastapi() { food fastapi serve ""; }
up_flask() { flask_on flask serve 80; }
up_fastapi-online() { food fastapi-online online "${FOOD_STAGE:-drift}"; }
up_flask-online() { flask_on flask-online online 5000; }
up_api() { python_on api data API_KAFKA="${API_KAFKA:-}" uvicorn gourmet_api:app --host 127.0.0.1 --port 8000; }
up_prometheus() {
  own "$ST/prometheus"
  cat > "$ST/prometheus/prometheus.yml" <<EOF
global: { scrape_interval: 1s }
scrape_configs:
  - { job_name: food11, static_configs: [ { targets: [ "fastapi_server:8000" ] } ] }
  - { job_name: cadvisor, static_configs: [ { targets: [ "cadvisor:8080" ] } ] }
EOF
  start prometheus online /usr/bin/prometheus --config.file="$ST/prometheus/prometheus.yml" \
    --storage.tsdb.path="$ST/prometheus" --web.listen-address=127.0.0.1:9090; }
up_postgres() {
  local B=/usr/lib/postgresql/15/bin
  own "$ST/postgres"; chmod 700 "$ST/postgres"
  [ -e "$ST/postgres/PG_VERSION" ] || inside data "$B/initdb" -D "$ST/postgres" -U user -A trust -E UTF8 -N \
    > "$SVCLAB/log/initdb.log" 2>&1 || die "initdb, see $SVCLAB/log/initdb.log"
  start postgres data $B/postgres -D "$ST/postgres" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$ST/postgres" \
    -c fsync=off -c shared_buffers=32MB; }
up_redis() { own "$ST/redis"; start redis data /usr/bin/redis-server --bind 127.0.0.1 --port 6379 --dir "$ST/redis" --save ''; }
up_adminer() { start adminer data /usr/bin/php -S 127.0.0.1:5050 /usr/share/adminer/adminer.php; }
minio_on() { own "$ST/$1"
  start "$1" "$2" env MINIO_ROOT_USER=your-access-key MINIO_ROOT_PASSWORD=your-secret-key \
    "$SVCLAB/bin/minio" server "$ST/$1" --address 127.0.0.1:9000 --console-address 127.0.0.1:9001; }
up_minio() { minio_on minio mlflow; }
up_minio-online() { minio_on minio-online online; }
up_grafana() { own "$ST/grafana" "$ST/grafana/plugins"
  start grafana online env GF_PATHS_DATA="$ST/grafana" GF_PATHS_PLUGINS="$ST/grafana/plugins" GF_PATHS_LOGS="$ST/grafana" \
    GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SECURITY_ADMIN_PASSWORD=admin GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false \
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false GF_LOG_LEVEL=warn GF_UNIFIED_ALERTING_MIN_INTERVAL=10s \
    "$SVCLAB/bin/grafana" server --homepath "$SVCLAB/src/grafana" web; }
up_triton() { own "$ST/triton"
  start triton serve env PATH="$V/triton/bin:/usr/bin:/bin" HOME="$ST/triton" TRITON_PREFERRED="${TRITON_PREFERRED-4,6,8,10}" bash -c '
    # pytriton now and then asks its own helper before that one listens: again, then
    for i in 1 2 3 4 5; do "$0" "$1" && exit; sleep 1; done' "$V/triton/bin/python" "$TESTS/ssh/lab/apps/triton_food.py"; }
up_labelstudio() { own "$ST/labelstudio"
  [ -s "$K/label_studio_token" ] || od -An -tx1 -N20 /dev/urandom | tr -d ' \n' > "$K/label_studio_token"
  start labelstudio online env PATH="$V/labelstudio/bin:/usr/bin:/bin" LABEL_STUDIO_BASE_DATA_DIR="$ST/labelstudio" \
    LABEL_STUDIO_USERNAME=labelstudio@example.com LABEL_STUDIO_PASSWORD=labelstudio LABEL_STUDIO_USER_TOKEN="$(cat "$K/label_studio_token")" \
    COLLECT_ANALYTICS=False LATEST_VERSION_CHECK=False SENTRY_DSN= FRONTEND_SENTRY_DSN= \
    "$V/labelstudio/bin/label-studio" start --no-browser --internal-host 127.0.0.1 --port 8080 --log-level WARNING; }
up_airflow() {
  own "$ST/airflow" "$ST/airflow/dags"
  cp "$HERE"/apps/lab_dags.py "$ST/airflow/dags/"
  start airflow data env PATH="$V/airflow/bin:/usr/bin:/bin" AIRFLOW_HOME="$ST/airflow" AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__CORE__DAGS_FOLDER="$ST/airflow/dags" AIRFLOW__CORE__EXECUTOR=SequentialExecutor \
    AIRFLOW__API__AUTH_BACKENDS=airflow.api.auth.backend.basic_auth AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD=15 bash -c '
    set -e
    airflow db migrate
    airflow users create --username admin --password gourmetgram_airflow --firstname A --lastname B --role Admin --email airflow@example.com
    airflow scheduler & exec airflow webserver --hostname 127.0.0.1 --port 8080 --workers 1'; }
# a service that needs another one comes after it in the table
order=(); for s in $(all_services); do for w in "$@"; do [ "$s" = "$w" ] && order+=("$s"); done; done
for w in "$@"; do svc "$w" 1 | grep -q . || die "no such service: $w"; done
started=() waits=()
for s in "${order[@]}"; do
  installed "$s" || { say "$s: not installed (./install.sh)"; continue; }
  alive "$s" && continue
  date +%s%N > "$SVCLAB/run/$s.t0"
  "up_$s" || continue
  started+=("$s")
  ( wait_http "$s" 300 && echo $(( ($(date +%s%N) - $(cat "$SVCLAB/run/$s.t0")) / 100000000 )) > "$SVCLAB/run/$s.took" ) & waits+=($!)
  # the heavy ones one after the other: side by side they only slow each other down
  case $s in mlflow*|ray|labelstudio|airflow) wait $!;; esac
done
rc=0; for j in "${waits[@]}"; do wait "$j" || rc=1; done; wait
for s in "${started[@]}"; do
  t=$(cat "$SVCLAB/run/$s.took" 2>/dev/null) && say "$s ready after $((t / 10)).$((t % 10)) s: http://127.0.0.1:$(svc "$s" 3)$(svc "$s" 4 | sed 's/^-$//') on $(host_of "$s")"
done
say "up after $((SECONDS - T0)) s"
exit $rc
