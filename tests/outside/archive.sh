#!/usr/bin/env bash
# An archive package as others see it: coreutils and Python's bagit find it whole, git clones its history, every PDF in it is
# PDF/A-2a and PDF/UA-1 by veraPDF, and what somebody changes afterwards is found by all of them.
# Arguments: the program, bagit.py, and the class path under which Conforms.java finds veraPDF; .ci/run installs them.
set -euo pipefail
clue=$(realpath "$1")
bagit=$(realpath "$2")
verapdf=$3
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "archive: $1" >&2
    exit 1
}
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME="$work"
"$clue" demo "$work/demo" >/dev/null
cd "$work/demo"
git config user.name 王芳
git config user.email wang.fang@huayuan-machinery.example
for id in QT-2026-0003 YW-2026-0003 HG-2026-0002; do
    "$clue" --lang zh archive "$id" --into "$work/archive" >"$work/out" || fail "$id was not archived"
    hash=$(sed -n 's/^sha256: //p' "$work/out")
    package=$(sed -n 's/^信息包：\(.*\)（.*/\1/p' "$work/out")
    (
        cd "$package"
        for manifest in manifest-sha256.txt tagmanifest-sha256.txt; do
            sha256sum --quiet --check "$manifest" || fail "$id: $manifest"
        done
        for manifest in manifest-sha512.txt tagmanifest-sha512.txt; do
            sha512sum --quiet --check "$manifest" || fail "$id: $manifest"
        done
        [ "$(sha256sum <tagmanifest-sha256.txt | cut -d' ' -f1)" = "$hash" ] || fail "$id: the hash is another"
    )
    python3 "$bagit" --validate --quiet "$package" || fail "$id: bagit does not accept it"
    "$clue" verify "$package" --expect "$hash" >/dev/null || fail "$id: clue verify"
    git -c init.defaultBranch=main clone --quiet "$package/data/history/history.bundle" "$work/history-$id"
    git -C "$work/history-$id" fsck --strict >/dev/null 2>&1 || fail "$id: git fsck"
    folder=$(dirname "$(find "$work/history-$id/clues" -name clue.yaml)")
    diff -r "$folder" "$package/data/records" >/dev/null || fail "$id: the newest commit has other records"
    python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$package/data/metadata/metadata.xml" ||
        fail "$id: metadata.xml is not well-formed"
    find "$package" -name '*.pdf' >>"$work/pdfs"
done
# What is changed afterwards is found by both.
printf 'x' >>"$package/data/records/triage.yaml"
! python3 "$bagit" --validate --quiet "$package" 2>/dev/null || fail "bagit accepts a changed record"
! "$clue" verify "$package" >/dev/null 2>&1 || fail "clue verify accepts a changed record"
if [ -n "$verapdf" ]; then
    xargs java -cp "$verapdf" "$here/Conforms.java" <"$work/pdfs" >"$work/conforms" 2>&1 || fail "$(grep -A9 FAIL "$work/conforms")"
    echo "archive: $(grep -c '^PASS 2a' "$work/conforms") PDFs are PDF/A-2a, $(grep -c '^PASS ua1' "$work/conforms") PDF/UA-1, by veraPDF"
else
    echo "archive: veraPDF is not here; its judgement was left out" >&2
fi
echo "archive: $(ls "$work/archive" | wc -l) packages verified by coreutils, bagit and git"
