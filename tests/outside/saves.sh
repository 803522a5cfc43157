#!/usr/bin/env bash
# clue watch beside programs that save: vim itself, in each of its ways to keep a backup, and the ways of VS Code (in place,
# and by a rename) and of LibreOffice (a lock, a temporary file, a rename). Each save is judged, nothing else is told, and
# with --commit each valid one becomes a commit that the audit takes.
# It needs vim and git, and the program's path as its argument; .ci/run installs them and calls this.
set -euo pipefail
clue=$(realpath "$1")
work=$(mktemp -d)
watch=
cleanup() {
    [ -z "$watch" ] || kill -INT "$watch" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
fail() {
    echo "saves: $1" >&2
    cat "$work/events" "$work/err" >&2
    exit 1
}
export CLUE_LANG=en HOME="$work" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
"$clue" demo "$work/demo" >/dev/null 2>&1
cd "$work/demo"
git config user.name 李伟
git config user.email li.wei@huayuan-machinery.example
id=20261112-x3cv
folder=clues/2026/11-12/$id
file=$folder/collection.yaml
right=$(sed -n 's/^channel: //p' "$file")
before=$(git rev-list --count HEAD)

# Waits until so many events of a kind were told.
events() { # kind count what
    for _ in $(seq 600); do
        [ "$(grep -c "\"event\":\"$1\"" "$work/events" || true)" -ge "$2" ] && return
        sleep 0.1
    done
    fail "$3: no event \"$1\""
}
# The last verdict of the clue.
valid() { # true or false, what
    for _ in $(seq 600); do
        grep "\"event\":\"clue\"" "$work/events" | tail -1 | grep -q "\"valid\":$1" && return
        sleep 0.1
    done
    fail "$2: the clue is not valid:$1"
}
start() {
    : >"$work/events"
    "$clue" watch --format json "$@" >"$work/events" 2>"$work/err" &
    watch=$!
    events ready 1 "the start"
}
stop() {
    kill -INT "$watch"
    wait "$watch" || fail "it did not end with 0"
    watch=
    grep -q '"event":"stopped"' "$work/events" || fail "it did not say that it ended"
}

# One way of saving a file: vim -u NONE with these settings, with a swap file.
by_vim() { # settings channel
    vim -es -u NONE -i NONE --cmd "set $1" "$file" -c "%s/^channel: .*/channel: $2/" -c wq </dev/null >/dev/null 2>&1 ||
        fail "vim with $1"
}
in_place() { # channel
    sed "s/^channel: .*/channel: $1/" "$file" >"$work/new"
    cat "$work/new" >"$file"
}
by_rename() { # channel
    sed "s/^channel: .*/channel: $1/" "$file" >"$file.tmp"
    mv "$file.tmp" "$file"
}
by_office() { # channel
    printf ',li,host,28.11.2026 10:00,file:///;' >"$folder/.~lock.collection.yaml#"
    sed "s/^channel: .*/channel: $1/" "$file" >"$folder/lu28461x5k.tmp"
    mv "$folder/lu28461x5k.tmp" "$file"
    rm "$folder/.~lock.collection.yaml#"
}

start
saves=0
save() { # name command arguments...
    local name=$1
    shift
    "$@" pigeon
    valid false "$name"
    "$@" "$right"
    valid true "$name"
    saves=$((saves + 2))
}
for settings in "nobackup nowritebackup" "backup backupcopy=no" "backup backupcopy=yes" "writebackup backupcopy=auto swapfile"; do
    save "vim with $settings" by_vim "$settings"
    rm -f "$file~"
done
save "in place" in_place
save "by a rename" by_rename
save "as LibreOffice does" by_office
# A backup, a swap file and a lock by themselves are nothing.
sleep 1
count=$(wc -l <"$work/events")
cp "$file" "$file~"
printf x >"$folder/.collection.yaml.swp"
printf x >"$folder/.~lock.collection.yaml#"
rm "$file~" "$folder/.collection.yaml.swp" "$folder/.~lock.collection.yaml#"
sleep 1
[ "$(wc -l <"$work/events")" = "$count" ] || fail "backup, swap file or lock were told of"
! grep -q '"code":"file-unknown"' "$work/events" || fail "a temporary file was told of"
stop

# With --commit each of them is a commit of its own.
start --commit --quiet 1
commits=0
for way in "by_vim backup" in_place by_rename by_office; do
    commits=$((commits + 1))
    echo "# $way" >>"$file"
    # shellcheck disable=SC2086 # a way and its settings are words
    $way "$right"
    events committed "$commits" "$way"
done
stop
[ "$(git rev-list --count HEAD)" = $((before + commits)) ] || fail "there are more or fewer commits than edits"
[ -z "$(git status --short)" ] || fail "something was left: $(git status --short)"
"$clue" audit >"$work/out" 2>&1 || fail "the audit: $(cat "$work/out")"
echo "saves: $saves saves by vim and in the ways of others were judged, $commits became commits, and the audit takes them"
