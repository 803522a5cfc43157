#!/usr/bin/env bash
# yaml-language-server (npm) over the demonstration's records, with the schemas alone: what editors show without clue.
# It needs Node.js on PATH, the program's path, and the folder of the server's package; .ci/run installs it and calls this.
set -euo pipefail
clue=$(realpath "$1")
server=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CLUE_LANG=en
export GIT_AUTHOR_NAME=Li GIT_AUTHOR_EMAIL=li@example.org GIT_COMMITTER_NAME=Li GIT_COMMITTER_EMAIL=li@example.org
export GIT_CONFIG_GLOBAL="$work/gitconfig" GIT_CONFIG_NOSYSTEM=1
"$clue" demo "$work/demo" >/dev/null
timeout 300 node "$here/yaml-language-server.mjs" "$server" "$work/demo" "$clue"
