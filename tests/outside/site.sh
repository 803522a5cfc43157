#!/usr/bin/env bash
# Documents and the site as a browser has them: Chromium opens both as files, nothing is refused by their own policy and
# nothing is asked from outside, a search that is typed into the address finds what is there and not what is withheld, and
# the pages are not wider than a telephone.
# It needs chromium, and the program's path as its argument; .ci/run installs it and calls this. Where CLUE_SCREENSHOTS names
# a folder, the pictures stay there.
set -euo pipefail
clue=$(realpath "$1")
sample=$(realpath "$(dirname "$0")/../../sample-repo")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pictures=${CLUE_SCREENSHOTS:-$work}
fail() {
    echo "site: $1" >&2
    exit 1
}
browser=
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && browser=$name && break
done
[ -n "$browser" ] || fail "no chromium here: apt-get install chromium"
open() { # address, further options
    local address=$1
    shift
    "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --enable-logging=stderr \
        --virtual-time-budget=10000 "$@" "$address" 2>"$work/log"
    ! grep -iE 'Content.Security.Policy|Refused to|ERR_|Uncaught' "$work/log" || fail "$address: the browser complains"
}
encoded() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1"; }
holds() { grep -qF "$2" "$1" || fail "$1 lacks $2"; }

# The sample is copied: this program's own rulebook goes into the copy, so that it says what is withheld.
cp -r "$sample" "$work/repository"
cp "$sample/../schema/workflow.yaml" "$work/repository/workflow.yaml"
cp "$sample"/../schema/*.schema.json "$work/repository/schema/"
cd "$work/repository"

"$clue" --lang zh --now 2026-11-25 site "$work/site" 2>"$work/said"
holds "$work/said" 未列入
site="file://$work/site"
find_in_site() { # words; the page as it stands then, in $work/dom
    open "$site/search.html#q=$(encoded "$1")" --dump-dom >"$work/dom"
    holds "$work/dom" 'data-done="1"'
}
# Two words of Chinese in one clue, a word of Latin letters that is not typed to its end, a single character, a number.
find_in_site '主轴 异响'
holds "$work/dom" '<mark>主轴</mark>'
holds "$work/dom" '<mark>异响</mark>'
holds "$work/dom" 'clues/20260302-k7qd.html'
find_in_site 'vmc'
holds "$work/dom" '<mark>VMC</mark>'
find_in_site 'ＹＷ-2026-0002'
holds "$work/dom" 'clues/20260302-k7qd.html'
find_in_site '漏'
holds "$work/dom" '<mark>漏</mark>'
# What is withheld is not found, and neither is a clue of a higher level.
for words in 0571-5550130 俞小姐 20260415-u5fk; do
    find_in_site "$words"
    holds "$work/dom" '共 0 条'
done
"$clue" --lang zh --now 2026-11-25 site "$work/officers" --for officer 2>/dev/null
open "file://$work/officers/search.html#q=$(encoded 俞小姐)" --dump-dom >"$work/dom"
holds "$work/dom" '<mark>俞小姐</mark>'
# The ledger: without scripts it is all there, with them it can be filtered.
holds "$work/site/index.html" '宏达精密反映CK6150数控车床主轴异响'
open "$site/index.html" --dump-dom >"$work/dom"
holds "$work/dom" '显示 18 / 18 条'
grep -q 'id="tools"[^>]*hidden' "$work/dom" && fail "the ledger has no filters"

# Pictures; the width of a telephone is asked of a frame, since a window is never so narrow.
"$clue" --lang zh render YW-2026-0002 --for handler -o "$work/dossier.html" >/dev/null
"$clue" --lang zh ledger --for handler --now 2026-11-25 --format html -o "$work/ledger.html" >/dev/null 2>&1
"$clue" --lang zh render YW-2026-0002 spine -o "$work/spine.html" >/dev/null
shown() { # name address
    open "$2" --screenshot="$pictures/$1-1200.png" --window-size=1200,1600
    printf '<!DOCTYPE html><meta charset=utf-8><body style="margin:0"><iframe id=f style="width:390px;height:1580px;border:0" src="%s"></iframe>' "$2" >"$work/frame.html"
    open "file://$work/frame.html" --screenshot="$pictures/$1-390.png" --window-size=500,1600
    for width in 1200 390; do
        python3 - "$pictures/$1-$width.png" <<'PYTHON' || fail "$1 at $width is an empty picture"
import sys, zlib, struct
data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
at, packed = 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if kind == b"IDAT": packed += data[at + 8:at + 8 + size]
    at += 12 + size
# A picture of one colour packs to next to nothing.
sys.exit(0 if len(packed) > 10000 and len(set(zlib.decompress(packed))) > 16 else 1)
PYTHON
    done
}
shown dossier "file://$work/dossier.html"
shown spine "file://$work/spine.html"
shown ledger "file://$work/ledger.html"
shown site "$site/index.html"
shown clue "$site/clues/20260302-k7qd.html"
shown search "$site/search.html#q=$(encoded 主轴)"
echo "site: documents, ledger and search are as a browser should have them"
