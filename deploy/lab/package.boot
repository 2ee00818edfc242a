# Part of deploy/lab/package: the package as a service of a systemd of its own, with a real PBX and SIP phones (on this machine, whose network it shares).

say "as a service, on a booted $PRETTY_NAME (at $SECONDS s)"
fresh "$base-systemd" booted
cp "$deb" "$R/packages/"; repack 0.0.1
apt update; apt install ./packages/switchboard_0.0.1.deb >/dev/null 2>&1
umount "$R/proc" "$R/dev"; rm "$R/usr/sbin/policy-rc.d"
mkdir -p "$work/socket"; chmod 1777 "$work/socket"
rm -rf "$work/pg"; "$here/postgres" "$work/pg" --fast --port-socket-dir "$work/socket" >"$work/pg.out" 2>&1 &
ami=$(port) http=$(port) agi=$(port) sip=$((20000 + RANDOM % 10000)) phones=$((30000 + RANDOM % 10000))
"$here/asterisk" "$work/pbx" --ami "$ami" --sip "$sip" --rooms "$here/rooms.csv" >"$work/pbx.out" 2>&1 &
within 60 test -s "$work/pg/connection" || die "PostgreSQL did not start: $(cat "$work/pg.out")"
within 60 test -S "$work/pbx/run/asterisk.ctl" || die "Asterisk did not start: $(cat "$work/pbx.out")"
"$here/phones" "$work/pbx" --pbx "$sip" --port "$phones" --rooms "$here/rooms.csv" >"$work/phones.out" 2>&1 &
umask 027
sed -n 's/.*Password=\([^;]*\);.*/\1/p' "$work/pg/connection" >"$R/etc/switchboard/database.password"
install -m 640 "$work/pbx/ami.secret" "$R/etc/switchboard/ami.secret"
cat >"$work/appsettings.json" <<C
{
  "Hotel": { "Name": "Package Hotel", "TimeZone": "Asia/Shanghai" },
  "Pbx": { "Port": $ami, "Username": "switchboard", "SecretFile": "/etc/switchboard/ami.secret" },
  "Database": { "ConnectionString": "Host=/run/hotel-postgresql;Username=switchboard;Database=switchboard;GSS Encryption Mode=Disable", "PasswordFile": "/etc/switchboard/database.password" },
  "FastAgi": { "Port": $agi },
  "Http": { "Url": "http://127.0.0.1:$http" },
  "Log": { "Directory": "/var/log/switchboard" },
  "WakeUpCalls": { "RingTime": "00:00:06", "Pause": "00:00:04", "Greetings": 1, "GreetingPause": "00:00:01" }
}
C
umask 022
on chgrp switchboard /etc/switchboard/database.password /etc/switchboard/ami.secret
power_on() { systemd-nspawn -q -D "$R" --register=no --keep-unit --boot --bind="$work/socket:/run/hotel-postgresql" --bind-ro="$R/packages:/packages" >>"$work/boot.out" 2>&1 </dev/null & nspawn=$!; }
power_on
# systemd of the machine is the child of systemd-nspawn.
machine() { local leader; leader=$(pgrep -P "$nspawn" | head -n 1) && timeout -k 5 "${LIMIT:-300}" nsenter -t "$leader" -m -u -i -p -C -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive SWITCHBOARD_URL="http://127.0.0.1:$http" "$@"; }
property() { machine systemctl show switchboard -P "$1"; }
is() { [ "$(property "$1")" = "$2" ] || { echo "$1 is $(property "$1")"; return 1; }; }
booted() { machine systemctl is-system-running 2>&1 | grep -Eq 'running|degraded'; }
# One that goes down in the middle of a question never answers it.
healthy() { LIMIT=20 machine switchboard status; }
process() { property MainPID; }
another() { local now; now=$(process); [ "$now" != 0 ] && [ "$now" != "$1" ]; }
log() { machine journalctl -u switchboard -o cat --no-pager "$@"; }
TRY_LINES=60
try "it boots" within 90 booted
try "before the setup the service waits: not failed, its condition is what is missing" sh -c "$(declare -f machine property); nspawn=$nspawn http=$http; [ \"\$(property ActiveState) \$(property ConditionResult)\" = 'inactive no' ]"
install -m 640 "$work/appsettings.json" "$R/etc/switchboard/"; on chgrp switchboard /etc/switchboard/appsettings.json
try "started, it is told ready" machine sh -c "systemctl start switchboard || { journalctl -u switchboard --no-pager | tail -n 30; exit 1; }"
try "and it is healthy, PBX and database, in its sandbox" within 60 healthy
try "no capability, no new privileges, a filter of system calls, not root" machine sh -c 'pid=$(systemctl show switchboard -P MainPID); grep -q "^CapEff:.0*$" /proc/$pid/status && grep -q "^CapBnd:.0*$" /proc/$pid/status && grep -q "^NoNewPrivs:.1" /proc/$pid/status && grep -q "^Seccomp:.2" /proc/$pid/status && [ "$(stat -c %U /proc/$pid)" = switchboard ]'
try "systemctl status says how it is" is StatusText "in service"
try "its log is in the journal by its level, and without a second time" machine sh -c 'journalctl -u switchboard -o json --no-pager | grep -q "\"PRIORITY\":\"6\"" && journalctl -u switchboard -o cat --no-pager | grep -q "^Now listening" && ls /var/log/switchboard/*.jsonl'
rings() { # ROOM: a wake-up some seconds from now, until its guest has confirmed it
  local at; at=$(TZ=Asia/Shanghai date -d '+8 seconds' +%H:%M:%S)
  machine switchboard wakeup book "$1" "$at" --by 1007 --yes >/dev/null || return 1
  within 40 sh -c "$(declare -f machine); nspawn=$nspawn http=$http; machine switchboard wakeup list --plain | grep -q '$1.*Confirmed'" || { machine switchboard wakeup list; return 1; }
}
cp "$here/rooms.csv" "$R/packages/"; machine switchboard room import /packages/rooms.csv >/dev/null 2>&1 || :
try "it rings a room's phone, whose guest confirms" rings 1101

before=$(process)
kill -9 "$(pgrep -u "$(stat -c %u "$R/var/lib/switchboard")" -x switchboard | head -n 1)"; began=$(date +%s%3N)
try "killed (-9), systemd starts it anew" within 20 another "$before"
try "and it is healthy" within 30 healthy
say "healthy again after $(($(date +%s%3N) - began)) ms"
before=$(process); began=$SECONDS
kill -STOP "$(pgrep -u "$(stat -c %u "$R/var/lib/switchboard")" -x switchboard | head -n 1)"
try "stopped (SIGSTOP), the watchdog kills it and it is started anew within 45 s" within 45 another "$before"
say "after $((SECONDS - began)) s"
try "the journal says that it was the watchdog" machine sh -c 'journalctl -u switchboard -o cat --no-pager | grep -q "Watchdog timeout (limit 30s)"'
try "and it is healthy" within 30 healthy
sleep 35
try "it feeds the watchdog: no further start in 35 s" is NRestarts 2

sed 's|Asia/Shanghai|Mars/Olympus|' "$work/appsettings.json" >"$R/etc/switchboard/appsettings.json"
machine systemctl restart switchboard >/dev/null 2>&1 || :
try "a configuration that cannot be used: failed with 78, and not tried again and again" within 10 sh -c "$(declare -f machine property); nspawn=$nspawn http=$http; [ \"\$(property ActiveState) \$(property ExecMainStatus) \$(property NRestarts)\" = 'failed 78 0' ]"
try "the journal names the key and what is wrong" machine sh -c "journalctl -u switchboard -o cat --no-pager | grep -q \"Hotel:TimeZone 'Mars/Olympus' is not in this system's zone data\""
cp "$work/appsettings.json" "$R/etc/switchboard/appsettings.json"; on chgrp switchboard /etc/switchboard/appsettings.json
try "put right, it starts" machine systemctl start switchboard
try "and it is healthy" within 30 healthy

began=$(date +%s%3N)
try "upgraded while it runs" machine apt-get -y -qq --no-install-recommends install "/packages/$name"
try "the new version is healthy by itself" within 30 healthy
say "install and start took $(($(date +%s%3N) - began)) ms; without a worker $(machine journalctl -u switchboard -o short-unix --no-pager | awk '/Stopping switchboard/ { from = $1 } /Started switchboard/ { if (from) gap = $1 - from; from = 0 } END { printf "%.1f s", gap }')"
LIMIT=20 machine systemctl reboot >/dev/null 2>&1 || :
# It ends with 133 where it asked to be booted again: whoever runs it does that.
code=0; wait "$nspawn" || code=$?
try "it goes down for a reboot" test "$code" = 133
power_on
try "after a reboot the service is up by itself" within 90 healthy
try "and rings" rings 1102
try "stopped, it ends well and at once" machine sh -c 'began=$(date +%s); systemctl stop switchboard; [ "$(systemctl show switchboard -P Result)" = success ] && [ $(($(date +%s) - began)) -lt 10 ]'
try "purged from a running machine: no service, no user, no file" machine sh -c 'systemctl start switchboard; apt-get -y -qq purge switchboard && ! systemctl cat switchboard 2>/dev/null && ! getent passwd switchboard && ! ls -d /etc/switchboard /var/lib/switchboard /var/log/switchboard /usr/lib/switchboard /etc/systemd/system/multi-user.target.wants/switchboard.service 2>/dev/null'
LIMIT=20 machine systemctl poweroff >/dev/null 2>&1 || :
wait "$nspawn" 2>/dev/null || :
