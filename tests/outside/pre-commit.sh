#!/usr/bin/env bash
# pre-commit (PyPI) running the hook that clue init --ci writes: one commit taken, one refused.
# It needs pre-commit on PATH and the program's path as its argument; .ci/run installs it and calls this.
set -euo pipefail
clue=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "pre-commit: $1" >&2
    cat "$work/out" >&2
    exit 1
}
mkdir "$work/bin"
ln -s "$clue" "$work/bin/clue"
export PATH="$work/bin:$PATH" CLUE_LANG=en
export GIT_AUTHOR_NAME=Li GIT_AUTHOR_EMAIL=li@example.org GIT_COMMITTER_NAME=Li GIT_COMMITTER_EMAIL=li@example.org
export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1 PRE_COMMIT_HOME="$work/cache"
clue init --ci github "$work/cases" >/dev/null
cd "$work/cases"
pre-commit install >"$work/out" 2>&1 || fail "it cannot be installed"
echo "what this is" > README.md
git add README.md
git commit --message "a word about it" >"$work/out" 2>&1 || fail "an honest commit was refused"
mkdir -p clues/2026
echo x > clues/2026/notes.txt
git add clues
if git commit --message "notes" >"$work/out" 2>&1; then
    fail "a file that belongs nowhere was taken"
fi
grep -q history-file "$work/out" || fail "the refusal does not say why"
echo "pre-commit: one commit taken, one refused"
