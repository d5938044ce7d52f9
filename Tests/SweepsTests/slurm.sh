#!/usr/bin/env bash
# Sweeps on a real Slurm: two nodes of this machine. The same sweep here and there gives the same table; a job that is
# killed, a sweep that is cancelled and handed over again lose nothing and do nothing twice.
#
#   Tests/SweepsTests/slurm.sh [TINY]
#
# TINY is the number of points of the last sweep, which measures the overhead of a job (20). Needs bash, root, and Debian's
# slurm-wlm and munge; says so and ends with 0 where they cannot be installed. Leaves nothing behind but the packages.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ziplab=${ZIPLAB:-$root/.build/release/ziplab}
tiny=${1:-20}
[ -x "$ziplab" ] || { echo "no program at '$ziplab': run 'make build'" >&2; exit 1; }
skip() { echo "slurm: skipped, $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "root is needed to start Slurm's daemons"
if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
  command -v apt-get >/dev/null || skip "slurm-wlm and munge are not installed"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slurm-wlm munge >/dev/null 2>&1; } ||
    skip "slurm-wlm and munge cannot be installed"
fi

work=$(mktemp -d)
chmod 755 "$work"
stop() {
  set +e
  for file in "$work"/*.pid; do [ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null; done
  [ -n "${own_munge:-}" ] && pkill -x munged
  rm -rf "$work"
}
trap stop EXIT

# A key of our own where there is none.
if ! munge -n >/dev/null 2>&1; then
  [ -s /etc/munge/munge.key ] || { mkdir -p /etc/munge; dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 status=none; }
  chown -R munge: /etc/munge /var/lib/munge /var/log/munge 2>/dev/null || true
  chmod 400 /etc/munge/munge.key
  mkdir -p /run/munge && chown munge: /run/munge
  setpriv --reuid=munge --regid=munge --clear-groups munged --force
  own_munge=yes
fi

host=$(hostname -s)
mkdir "$work/state" "$work/spool.n1" "$work/spool.n2"
cat >"$work/slurm.conf" <<END
ClusterName=z
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17000
AuthType=auth/munge
SlurmUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool.%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/slurmd.%n.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SelectType=select/cons_tres
SlurmdTimeout=20
SchedulerParameters=batch_sched_delay=0,sched_min_interval=10000,sched_interval=1
KillWait=2
CompleteWait=0
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=1 RealMemory=1000
PartitionName=p Nodes=n[1-2] Default=YES State=UP MaxTime=INFINITE
END
export SLURM_CONF=$work/slurm.conf
slurmctld
slurmd -N n1
slurmd -N n2
for _ in $(seq 100); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 0.2; done
sinfo -h -o %T 2>/dev/null | grep -q idle || { tail -n 5 "$work"/*.log >&2; skip "the cluster does not start"; }

# Nothing here takes minutes, but for many tiny jobs; what hangs is ended.
sweep() { timeout $((300 + 3 * tiny)) "$ziplab" sweep "$@"; }

cd "$work"
ln -s "$root/Assets" Assets
cat >compare.zl <<'END'
model load
data load Assets/Data/$data --shots 4
compare --methods [$method] --seeds $seed --queries $queries
END
grid=(--grid data=flags,stamps --grid method=zip,gauss-newton,bias,template --grid seed=1..3)
fail() { echo "slurm: $1" >&2; exit 1; }
table() { "$ziplab" gather "$1" --out "$1-table"; }

# 24 jobs here and there: the same table.
sweep compare.zl "${grid[@]}" --grid queries=200 --out here >/dev/null 2>&1
sweep compare.zl "${grid[@]}" --grid queries=200 --out there --on slurm --partition p --array-limit 2 >there.txt 2>&1 ||
  { cat there.txt >&2; fail "the sweep failed"; }
[ "$(table here)" = "$(table there)" ] || fail "the tables differ"
cmp -s here-table/runs.tsv there-table/runs.tsv || fail "the runs differ"
echo "slurm: 24 jobs on two nodes give the table of 24 here"

# A node dies in the middle, the sweep is cancelled, a job is killed; handed over again it ends at the same table.
sweep compare.zl "${grid[@]}" --grid queries=400 --out whole >/dev/null 2>&1
(sweep compare.zl "${grid[@]}" --grid queries=400 --out torn --on slurm >torn.txt 2>&1 || true) &
follower=$!
for _ in $(seq 300); do [ -n "$(find torn -name end 2>/dev/null | head -n 3 | tail -n 1)" ] && break; sleep 0.1; done
kill -9 "$(cat slurmd.n2.pid)"
pkill -9 -f "ziplab job $work/torn" || true
sleep 1
sweep --cancel torn >/dev/null
wait $follower || true
done_before=$(find torn -name end | wc -l)
[ "$done_before" -lt 24 ] || fail "the sweep was done before it was torn"
slurmd -N n2
find torn -name end -printf '%p %T@\n' | sort >ends
sweep compare.zl "${grid[@]}" --grid queries=400 --out torn --on slurm >torn.txt 2>&1 ||
  { cat torn.txt >&2; fail "the torn sweep does not end"; }
[ "$(table whole)" = "$(table torn)" ] || fail "the tables differ after a node died"
while read -r path time; do
  [ "$(find "$path" -printf '%T@')" = "$time" ] || fail "a job that was done was done again: $path"
done <ends
echo "slurm: a node killed, the sweep cancelled after $done_before of 24 jobs and handed over again: the same table"

# What a job costs besides its script.
echo 'classes set a b' >tiny.zl
for place in local slurm; do
  start=$(date +%s%N)
  sweep tiny.zl --grid i=1.."$tiny" --out "tiny-$place" --on "$place" >/dev/null 2>&1 || fail "tiny jobs failed ($place)"
  echo "slurm: $tiny tiny jobs, $place: $((($(date +%s%N) - start) / tiny / 1000000)) ms a job"
done
