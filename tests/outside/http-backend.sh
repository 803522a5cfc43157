#!/usr/bin/env bash
# A push through git http-backend behind a real web server: one that is taken, and several that the gate refuses.
# It needs nginx, fcgiwrap and git, and the program's path as its argument; .ci/run installs them and calls this.
set -euo pipefail
clue=$(realpath "$1")
work=$(mktemp -d)
port=${PORT:-18417}
cleanup() {
    for pid in "$work"/*.pid; do
        [ -f "$pid" ] && kill "$(cat "$pid")" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT
fail() {
    echo "http-backend: $1" >&2
    [ -f "$work/out" ] && cat "$work/out" >&2
    exit 1
}

export HOME=$work GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1 CLUE_LANG=en
"$clue" -C "$work" demo demo >/dev/null
git clone --quiet --bare "$work/demo" "$work/srv/clues.git"
git -C "$work/srv/clues.git" config http.receivepack true
"$clue" -C "$work/srv/clues.git" hook install --pre-receive >/dev/null

# nginx runs as whoever calls this, in the foreground of its own folder.
chmod 755 "$work"
cat > "$work/nginx.conf" <<CONF
daemon on;
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    fastcgi_temp_path $work/fastcgi;
    proxy_temp_path $work/proxy;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$port;
        client_max_body_size 0;
        location / {
            fastcgi_pass unix:$work/fcgi.socket;
            fastcgi_param SCRIPT_FILENAME $(git --exec-path)/git-http-backend;
            fastcgi_param GIT_PROJECT_ROOT $work/srv;
            fastcgi_param GIT_HTTP_EXPORT_ALL "";
            fastcgi_param REMOTE_USER pusher;
            fastcgi_param PATH_INFO \$uri;
            fastcgi_param QUERY_STRING \$query_string;
            fastcgi_param REQUEST_METHOD \$request_method;
            fastcgi_param CONTENT_TYPE \$content_type;
            fastcgi_param CONTENT_LENGTH \$content_length;
            fastcgi_param HTTP_CONTENT_ENCODING \$http_content_encoding;
            fastcgi_param HTTP_GIT_PROTOCOL \$http_git_protocol;
        }
    }
}
CONF
if [ "$(id -u)" = 0 ]; then
    echo "user root;" | cat - "$work/nginx.conf" > "$work/nginx.root.conf"
    mv "$work/nginx.root.conf" "$work/nginx.conf"
fi
fcgiwrap -s "unix:$work/fcgi.socket" &
echo $! > "$work/fcgiwrap.pid"
for _ in $(seq 50); do
    [ -S "$work/fcgi.socket" ] && break
    sleep 0.1
done
nginx -c "$work/nginx.conf" -p "$work" 2>"$work/out" || fail "nginx does not start"

git clone --quiet "http://127.0.0.1:$port/clues.git" "$work/clone" 2>"$work/out" || fail "no clone"
cd "$work/clone"
git config user.name 李伟
git config user.email li.wei@huayuan-machinery.example
before=$(git -C "$work/srv/clues.git" for-each-ref)

refused() {
    if git push "$@" >"$work/out" 2>&1; then
        fail "a push was taken that should not be: $*"
    fi
    grep -q "$words" "$work/out" || fail "the refusal does not say: $words"
    [ "$(git -C "$work/srv/clues.git" for-each-ref)" = "$before" ] || fail "the server was changed: $*"
    git reset --quiet --hard origin/main
}

card=$(git ls-files 'clues/*/clue.yaml' | head -n 1)
sed -i 's/^title: .*/title: x/' "$card"
git commit --quiet --all --message edit
words=history-card refused origin main

git rm --quiet -r "$(dirname "$card")"
git commit --quiet --message gone
words=history-deletion refused origin main

sed -i 's/^  dating_hours: .*/  dating_hours: 8000/' workflow.yaml
git commit --quiet --all --message rules
words=history-authority refused origin main

words="may not be deleted" refused origin :main
git reset --quiet --hard HEAD~1
words="take back commits" refused --force origin main

echo "what this is" > README.md
git add README.md
git commit --quiet --message "a word about it"
git push origin main >"$work/out" 2>&1 || fail "an honest push was refused"
[ "$(git -C "$work/srv/clues.git" rev-parse main)" = "$(git rev-parse HEAD)" ] || fail "the server has not taken it"
echo "http-backend: one push taken, five refused"
