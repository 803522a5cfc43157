#!/usr/bin/env bash
# PDFs as others see them: qpdf finds no fault, pdfinfo tells what they are, pdftotext reads the Chinese text back, and
# veraPDF, where it is on PATH, confirms PDF/A-2a and PDF/UA-1.
# It needs qpdf and poppler-utils, and the program's path as its argument; .ci/run installs them and calls this.
set -euo pipefail
clue=$(realpath "$1")
sample=$(realpath "$(dirname "$0")/../../sample-repo")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "paper: $1" >&2
    exit 1
}
# The sample is read where it lies; documents go elsewhere.
cd "$sample"
drawn=0
texts="$work/texts"
draw() { # clue document language name
    "$clue" --lang "$3" render "$1" "$2" --format pdf -o "$work/$4.pdf" >/dev/null 2>"$work/err" || fail "$1 $2: $(cat "$work/err")"
    [ ! -s "$work/err" ] || fail "$1 $2: $(cat "$work/err")"
    qpdf --check "$work/$4.pdf" >"$work/out" 2>&1 || fail "$1 $2: $(cat "$work/out")"
    pdfinfo "$work/$4.pdf" >"$work/info" 2>/dev/null
    grep -q '^Tagged: *yes' "$work/info" || fail "$1 $2 is not tagged"
    grep -q '^Title: *[^ ]' "$work/info" || fail "$1 $2 has no title"
    pdffonts "$work/$4.pdf" | tail -n +3 | awk '{ if ($(NF-4) != "yes" || $(NF-2) != "yes") exit 1 }' || fail "$1 $2 has a font that is not embedded, or has no Unicode"
    pdftotext -layout "$work/$4.pdf" "$texts" || fail "$1 $2 cannot be read"
    ! grep -q '〓' "$texts" || fail "$1 $2 lacks a character"
    if command -v verapdf >/dev/null; then
        for flavour in 2a ua1; do
            verapdf --flavour "$flavour" --format text "$work/$4.pdf" | grep -q '^PASS' || fail "$1 $2 is not $flavour"
        done
    fi
    drawn=$((drawn + 1))
}
holds() { # text, without blanks and line ends
    tr -d ' \n\f' <"$texts" | grep -qF "$1" || fail "the text does not hold $1"
}
for card in clues/*/*/*/clue.yaml; do
    folder=$(dirname "$card")
    id=$(basename "$folder")
    draw "$id" dossier zh dossier
    holds 线索办理卷宗
    holds 卷内目录
    holds 线索收集表
    [ ! -d "$folder/transfers" ] || holds 盖章处
    holds "$(sed -n 's/^title: *//p' "$card" | tr -d ' \n"'"'")"
done
for record in "$folder"/*.yaml "$folder"/*.md "$folder"/*/*.yaml "$folder"/*/*.md; do
    name=${record#"$folder"/}
    [ -f "$record" ] && [ "$name" != clue.yaml ] || continue
    draw "$id" "$name" zh record
    draw "$id" "$name" en record
done
for language in zh en; do
    for document in dossier cover spine; do
        draw "$id" "$document" "$language" one
        cp "$work/one.pdf" "$work/before.pdf"
        draw "$id" "$document" "$language" one
        cmp -s "$work/one.pdf" "$work/before.pdf" || fail "$document is not the same twice"
    done
done
"$clue" --lang zh ledger --now 2026-11-20 --format pdf -o "$work/ledger.pdf" 2>/dev/null
qpdf --check "$work/ledger.pdf" >"$work/out" 2>&1 || fail "the ledger: $(cat "$work/out")"
pdftotext -layout "$work/ledger.pdf" "$texts"
holds 线索跟踪台账
pdfinfo "$work/ledger.pdf" 2>/dev/null | grep -q 'Page size: *841.89 x 595.276' || fail "the ledger is not wide"
command -v verapdf >/dev/null || echo "paper: veraPDF is not here: PDF/A and PDF/UA were judged by the writer itself" >&2
echo "paper: $drawn documents drawn, checked and read back"
