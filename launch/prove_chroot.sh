#!/usr/bin/env bash
# Proves the two commands on a clean machine: a Debian 12 chroot with git and python3 only, 64 MB of
# /dev/shm, and awkward paths. A tool for developers (root, debootstrap, Internet); not in the suite.
#
#   launch/prove_chroot.sh FOLDER [SCENARIO …]     default: root user blanks long long-nosudo shm
#   BAUM_PROVE_ARGS='--demo-trees 500'  more arguments for `up`
#   BAUM_PROVE_TEST=1 or 'tests/launch'  also `./baum test`, whole or with these arguments
#   BAUM_PROVE_REPO=DIR  prove another clone (its HEAD, not its working tree)
#   BAUM_PROVE_KEEP=1    keep the packages of the last time
#
# FOLDER keeps the bare system (base/) for the next time. Mounts live in a namespace of their own
# and vanish with it, and so does every process that was started.
set -euo pipefail

[ "$(id -u)" = 0 ] && [ $# -ge 1 ] || { sed -n '2,12p' "$0"; exit 2; }
here=$(cd "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
repo=${BAUM_PROVE_REPO:-$(dirname "$here")}
mkdir -p "$1" && work=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- root user blanks long long-nosudo shm
port=${BAUM_PROVE_PORT:-8077}

copy_host_settings() { # how this machine reaches Debian's mirror and Python packages
    local target=$1 path
    rm -f "$target/etc/apt/sources.list"
    for path in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/apt.conf.d \
        /etc/apt/keyrings /etc/pip.conf /etc/ssl/certs /usr/local/share/ca-certificates \
        /etc/resolv.conf /etc/hosts; do
        [ -e "$path" ] || continue
        rm -rf "${target:?}$path"
        mkdir -p "$target$(dirname "$path")"
        cp -aL "$path" "$target$path"
    done
}

base() { # the bare system, made once
    [ -d "$work/base/etc" ] || debootstrap --variant=minbase --include=git,python3,ca-certificates \
        bookworm "$work/base.new"
    [ -d "$work/base/etc" ] || mv "$work/base.new" "$work/base"
}

fresh() { # a system named $1: a copy of the bare one
    if [ -z "${BAUM_PROVE_KEEP:-}" ] || [ ! -d "$work/$1/etc" ]; then
        rm -rf "${work:?}/$1"
        cp -a "$work/base" "$work/$1"
    fi
    copy_host_settings "$work/$1"
    git -C "$repo" bundle create --quiet "$work/$1/srv/baum.bundle" HEAD
    cat >"$work/$1/srv/lib.sh"
} <<'LIB'
# Inside the chroot. Needs: clone (path), port.
say() { printf '\n### %s\n' "$*"; }
die() { printf '### MISSLUNGEN: %s\n' "$*"; exit 1; }
clone_it() { rm -rf "$clone"; mkdir -p "$(dirname "$clone")"; git -c advice.detachedHead=false clone -q /srv/baum.bundle "$clone"; cd "$clone"; }
health() { python3 - "$port" <<'PY'
import sys, urllib.request
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz", timeout=10) as reply:
    print("healthz", reply.status, reply.read(300).decode())
PY
}
sign_in() { [ ! -e "$state/demo-logins.txt" ] || python3 - "$port" <<'PY'
import http.cookiejar, json, pathlib, re, sys, urllib.parse, urllib.request
port = sys.argv[1]
where = pathlib.Path("var/where.json").read_text()
state = pathlib.Path(json.loads(where)["state"])
base = f"http://127.0.0.1:{port}"
for line in (state / "demo-logins.txt").read_text().splitlines():
    user, password = line.split()[:2]
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    page = browser.open(f"{base}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = {"username": user, "password": password, "csrfmiddlewaretoken": token, "next": "/karte/"}
    reply = browser.open(f"{base}/accounts/login/", urllib.parse.urlencode(form).encode())
    print(user, reply.status, reply.url)
    assert "/login" not in reply.url, user
PY
}
processes() { python3 - <<'PY'
import pathlib, pwd
for folder in sorted(pathlib.Path("/proc").glob("[0-9]*"), key=lambda p: int(p.name)):
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
    except (OSError, KeyError):
        continue
    line = b" ".join(words).decode(errors="replace").strip()
    if any(word in line for word in ("gunicorn", "procrastinate", "supervisord", "bin/postgres")):
        print(f"  {owner:14} {line[:110]}")
PY
}
round_trip() { # up, look, down, up again in under 10 s, down
    say "./baum up in $(pwd) als $(id -un)"
    ./baum up --detach --port "$port" $BAUM_PROVE_ARGS </dev/null || die up
    health || die healthz
    state=$(python3 -c 'import json; print(json.load(open("var/where.json"))["state"])')
    sign_in || die Anmeldung
    processes
    cat var/where.json; echo
    [ -z "$(pg_lsclusters -h)" ] || die "Debians eigener Cluster ist da"
    ./baum psql -Atc "SELECT current_user, count(*) FROM pg_stat_activity" || die psql
    ./baum psql -Atc "SHOW dynamic_shared_memory_type" || die psql
    ./baum down || die down
    [ -z "$(processes)" ] || { processes; die "nach down läuft noch etwas"; }
    local begun=$SECONDS
    ./baum up --detach --port "$port" </dev/null >/dev/null || die "zweites up"
    say "zweiter Start: $((SECONDS - begun)) s"
    [ $((SECONDS - begun)) -lt 10 ] || die "zweiter Start zu langsam"
    ./baum down || die down
    case ${BAUM_PROVE_TEST:-} in
    '') ;;
    1) .ci/run || die "./baum test" ;;
    *) ./baum test $BAUM_PROVE_TEST </dev/null || die "./baum test $BAUM_PROVE_TEST" ;;
    esac
    say "gelungen: $(pwd) als $(id -un)"
}
LIB

inside() { # run a script (stdin) as root in system $1, own mounts, own processes, 64 MB /dev/shm
    local system=$work/$1
    cat "$work/$1/srv/lib.sh" - >"$system/srv/run.sh"
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb port="$port" \
        BAUM_PROVE_ARGS="${BAUM_PROVE_ARGS:-}" BAUM_PROVE_TEST="${BAUM_PROVE_TEST:-}" \
        ${PIP_CERT:+PIP_CERT="$PIP_CERT"} ${SSL_CERT_FILE:+SSL_CERT_FILE="$SSL_CERT_FILE"} \
        ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} \
        ${https_proxy:+https_proxy="$https_proxy"} ${http_proxy:+http_proxy="$http_proxy"} \
        unshare --mount --pid --fork --kill-child sh -euc '
            mount -t proc proc "$1/proc"
            mkdir -p "$1/dev/pts" "$1/dev/shm"
            mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
            mount -t tmpfs -o size=64m,mode=1777 tmpfs "$1/dev/shm"
            chroot "$1" bash -eu /srv/run.sh </dev/null' sh "$system"
}

with_user() { # prelude: an ordinary user with (or without) sudo and a closed home
    cat <<'SH'
apt-get -q update >/dev/null && apt-get -q -y --no-install-recommends install sudo >/dev/null
id baumfreund >/dev/null 2>&1 || useradd -m -s /bin/bash baumfreund
chmod 0700 /home/baumfreund
echo 'baumfreund ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/baumfreund
as_user() { runuser -u baumfreund -- env HOME=/home/baumfreund port="$port" clone="$clone" \
    bash -euc '. /srv/lib.sh; cd "$HOME"; clone_it; round_trip'; }
SH
}

scenario() {
    case $1 in
    root) # root in its own closed home
        fresh machine-root </dev/null
        inside machine-root <<'SH'
chmod 0700 ~root
clone=~root/baumkataster; clone_it; round_trip
grep -q /var/lib/baumkataster/ var/where.json || die "Daten liegen nicht unter /var/lib"
SH
        ;;
    user) # an ordinary user with sudo, closed home
        fresh machine-user </dev/null
        { with_user; echo 'clone=/home/baumfreund/baumkataster; as_user'; } | inside machine-user
        ;;
    blanks) # root, readable folder with blanks and umlaut: web and worker must drop
        inside machine-root <<'SH'
clone="/srv/Grün und Garten/Baum kataster"; clone_it; round_trip | tee /tmp/out
grep -q 'als Benutzer baumkataster' /tmp/out || die "läuft nicht als baumkataster"
SH
        ;;
    long) # a path longer than a socket may have: root, and an ordinary user with sudo
        inside machine-root <<'SH'
clone=/srv/$(printf 'lang%.0s' {1..20})/$(printf 'weit%.0s' {1..20})/klon; clone_it; round_trip
grep -q /run/baumkataster- var/where.json || die "Socket nicht unter /run"
SH
        { with_user; echo 'clone=/home/baumfreund/$(printf "lang%.0s" {1..40})/klon; as_user'; } |
            inside machine-user
        ;;
    long-nosudo) # the same without sudo: packages are there, only the socket has to move
        {
            with_user
            echo 'rm /etc/sudoers.d/baumfreund'
            echo 'clone=/home/baumfreund/$(printf "fern%.0s" {1..40})/klon; as_user'
        } | inside machine-user
        ;;
    shm) # a parallel hash join that needs far more than 64 MB of shared memory
        inside machine-root <<'SH'
cd ~root/baumkataster; ./baum db
run=$(python3 -c 'import json; print(json.load(open("var/where.json"))["run"])')
runuser -u postgres -- psql -h "$run" -U postgres -d postgres -v ON_ERROR_STOP=1 -At <<'SQL' || die shm
DROP TABLE IF EXISTS big;
CREATE TABLE big AS SELECT g AS id, repeat('x', 60) AS t FROM generate_series(1, 1500000) g;
ANALYZE big;
SET max_parallel_workers_per_gather = 2; SET work_mem = '512MB'; SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET enable_mergejoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM big a JOIN big b USING (id) WHERE a.t = b.t;
SELECT count(*) FROM big a JOIN big b USING (id) WHERE a.t = b.t;
DROP TABLE big;
SQL
./baum down; say "gelungen: parallele Abfrage bei $(df -h --output=size /dev/shm | tail -1) /dev/shm"
SH
        ;;
    *) echo "Szenario $1 gibt es nicht." >&2; exit 2 ;;
    esac
}

base
for name in "$@"; do
    printf '\n================ %s\n' "$name"
    scenario "$name"
done
printf '\n================ alles gelungen: %s\n' "$*"
