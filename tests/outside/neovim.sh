#!/usr/bin/env bash
# Debian's Neovim as a client of `clue lsp`: a mistake is seen at its column under Chinese text, a value is completed,
# a code action is applied, and after saving nothing is left.
# It needs nvim on PATH (0.7 or newer) and the program's path as its argument; .ci/run installs it and calls this.
set -euo pipefail
clue=$(realpath "$1")
script=$(realpath "$(dirname "$0")/neovim.lua")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"
ln -s "$clue" "$work/bin/clue"
export PATH="$work/bin:$PATH" HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$work/gitconfig"
export XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"
unset CLUE_LANG CLUE_NOW
cd "$work"
clue demo demo >/dev/null 2>&1
cd demo
git config --global user.name 李伟
git config --global user.email li.wei@huayuan-machinery.example
export CLUE_TEST_RECORD=clues/2026/11-12/20261112-x3cv/collection.yaml
if ! timeout 120 nvim --headless --clean -u NONE -c "luafile $script" >"$work/out" 2>&1 </dev/null; then
    cat "$work/out" >&2
    echo >&2
    echo "neovim: the editor did not see what it should" >&2
    exit 1
fi
cat "$work/out"
echo
clue check || { echo "neovim: what was saved is not in order" >&2; exit 1; }
git diff --quiet || { echo "neovim: the mistake was not mended to what was there" >&2; git diff >&2; exit 1; }
echo "neovim: a mistake seen, completed, mended and saved ($(nvim --version | head -1))"
