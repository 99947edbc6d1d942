# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154  # data, build and friends come from who sources this
# Sourced by build-aux/run-demo: the servers of a demo on loopback, in the folder $data, with the accounts of
# "${friends[@]}". start_servers mien|prosody|ejabberd sets $port and $certificate of the IM server; with a server of
# Debian's, ours is its component. stop_servers ends what was started, by its process ids.

servers=()

stop_servers () {
  local i
  for ((i = ${#servers[@]} - 1; i >= 0; i--)); do
    kill "${servers[i]}" 2>/dev/null || continue
    wait "${servers[i]}" 2>/dev/null || true
  done
  servers=()
}

# Free now; whoever asked for it listens there a moment later.
free_port () {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for_port () {
  local name=$1 number=$2 log=$3 pid=${servers[-1]} try
  for ((try = 0; try < 1200; try++)); do
    (: <"/dev/tcp/127.0.0.1/$number") 2>/dev/null && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "$name does not start:" >&2
  cat "$log" >&2
  exit 1
}

make_passwords () {
  local friend
  for friend in "${friends[@]}"; do
    [ -f "$data/$friend.password" ] || openssl rand -hex 8 >"$data/$friend.password"
  done
}

make_certificate () {
  certificate=$data/certificate.pem
  [ -f "$certificate" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$data/key.pem" -out "$certificate" 2>/dev/null
}

# Our server; "$1" is its [im] section, "$2" the rest of [portrait].
start_mien () {
  cat >"$data/mien-server.conf" <<CONF
[server]
data-directory=server

$1

[http]
listen=127.0.0.1:0

[avatar]
pack-directory=$(dirname "$build")/data/avatars

[portrait]
component-domain=portrait.localhost
$2
CONF
  rm -f "$data/ready"
  mkfifo "$data/ready"
  mien-server --config "$data/mien-server.conf" --ready-fd 3 3>"$data/ready" 2>"$data/server.log" &
  servers+=($!)
  read -r ready <"$data/ready" || { cat "$data/server.log" >&2; exit 1; }
  echo "The servers are $ready"
}

start_as_component () {
  start_mien "" "component-host=127.0.0.1:$component_port
component-secret-file=$data/component.secret"
}

start_in_tree () {
  local friend
  start_mien "[im]
domain=localhost
listen=127.0.0.1:0
component-listen=127.0.0.1:0
registration=open" ""
  port=$(sed -E 's/.*im=127\.0\.0\.1:([0-9]+).*/\1/' <<<"$ready")
  certificate=$data/server/im/certificate.pem
  for friend in "${friends[@]}"; do
    [ -f "$data/$friend.added" ] && continue
    mien-server adduser "$friend@localhost" --config "$data/mien-server.conf" <"$data/$friend.password" >/dev/null
    touch "$data/$friend.added"
  done
}

start_prosody () {
  local friend file
  mkdir -p "$data/prosody/localhost/accounts"
  for friend in "${friends[@]}"; do
    file=$data/prosody/localhost/accounts/$friend.dat
    [ -f "$file" ] || echo "return { [\"password\"] = \"$(cat "$data/$friend.password")\"; };" >"$file"
  done
  cat >"$data/prosody.cfg.lua" <<CONF
run_as_root = true
data_path = "$data/prosody"
pidfile = "$data/prosody.pid"
modules_enabled = { "roster", "saslauth", "tls", "disco", "carbons", "pep", "vcard4", "vcard_legacy", "ping",
  "smacks", "offline" }
modules_disabled = { "s2s" }
c2s_interfaces = { "127.0.0.1" }
c2s_ports = { $port }
component_interfaces = { "127.0.0.1" }
component_ports = { $component_port }
http_ports = {}
https_ports = {}
s2s_ports = {}
authentication = "internal_plain"
log = { { levels = { min = "info" }, to = "file", filename = "$data/prosody.log" } }
ssl = { key = "$data/key.pem", certificate = "$certificate" }
VirtualHost "localhost"
Component "portrait.localhost"
  component_secret = "$(cat "$data/component.secret")"
CONF
  prosody -F --config "$data/prosody.cfg.lua" >"$data/prosody.out" 2>&1 &
  servers+=($!)
  wait_for_port Prosody "$component_port" "$data/prosody.out"
  wait_for_port Prosody "$port" "$data/prosody.out"
}

# A node without a name needs no epmd, and leaves none behind. The accounts' passwords are read by the node itself.
start_ejabberd () {
  local ebin
  ebin=$(find /usr/lib -maxdepth 5 -path '*/ejabberd-*/ebin/ejabberd.app' -printf '%h\n' 2>/dev/null | head -n 1)
  [ -n "$ebin" ] || { echo "ejabberd is not installed" >&2; exit 77; }
  cat "$certificate" "$data/key.pem" >"$data/both.pem"
  cat >"$data/ejabberd.yml" <<CONF
hosts: [localhost]
loglevel: info
certfiles: ["$data/both.pem"]
listen:
  - port: $port
    ip: "127.0.0.1"
    module: ejabberd_c2s
    starttls: true
    access: c2s
  - port: $component_port
    ip: "127.0.0.1"
    module: ejabberd_service
    access: all
    hosts:
      "portrait.localhost":
        password: "$(cat "$data/component.secret")"
auth_method: internal
auth_password_format: scram
acl:
  local:
    user_regexp: ""
access_rules:
  c2s:
    - allow
modules:
  mod_disco: {}
  mod_roster: {}
  mod_ping: {}
  mod_offline: {}
  mod_avatar: {}
  mod_vcard: {}
  mod_vcard_xupdate: {}
  mod_carboncopy: {}
  mod_caps: {}
  mod_stream_mgmt: {}
  mod_pubsub:
    plugins: [flat, pep]
CONF
  EJABBERD_CONFIG_PATH=$data/ejabberd.yml EJABBERD_LOG_PATH=$data/ejabberd.log HOME=$data ERL_CRASH_DUMP=/dev/null \
    ERL_LIBS=$(dirname "$(dirname "$ebin")") DEMO_DATA=$data DEMO_FRIENDS="${friends[*]}" \
    erl -pa "$ebin" -mnesia dir "\"$data/ejabberd\"" -noinput -s ejabberd -eval '
      [begin
         {ok, Text} = file:read_file(os:getenv("DEMO_DATA") ++ "/" ++ Friend ++ ".password"),
         ejabberd_auth:try_register(list_to_binary(Friend), <<"localhost">>, string:trim(Text))
       end || Friend <- string:lexemes(os:getenv("DEMO_FRIENDS"), " ")],
      file:write_file(os:getenv("DEMO_DATA") ++ "/registered", "").' >"$data/ejabberd.out" 2>&1 &
  servers+=($!)
  wait_for_port ejabberd "$component_port" "$data/ejabberd.out"
  wait_for_port ejabberd "$port" "$data/ejabberd.out"
  until [ -e "$data/registered" ]; do
    kill -0 "${servers[-1]}" || { cat "$data/ejabberd.out" >&2; exit 1; }
    sleep 0.1
  done
}

start_servers () {
  make_passwords
  if [ "$1" = mien ]; then
    start_in_tree
    return
  fi
  if [ "$1" = prosody ] && ! command -v prosody >/dev/null || [ "$1" = ejabberd ] && ! command -v erl >/dev/null; then
    echo "$1 is not installed" >&2
    exit 77
  fi
  make_certificate
  [ -f "$data/component.secret" ] || openssl rand -hex 16 >"$data/component.secret"
  port=$(free_port)
  component_port=$(free_port)
  "start_$1"
  start_as_component
}
