# What the rehearsals of docs/operating.md share; they source it at the top of the clone.
# shellcheck shell=bash

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
name=letters.specimen.example # not the one on paper: what is not replaced by it is found

additive=${version%.*}.$((${version##*.} + 1)) # two that come after it: see `later`
breaking=${version%.*}.$((${version##*.} + 2))

say() { printf '\n· %s\n' "$*"; }

# blocks FILE FROM TO: the lines of the sh blocks between two texts of a file, but for the two that
# hold the operator's values.
blocks() {
    python3 - "$@" <<'PY' | sed '/^name=/d; /^version=/d'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
begin = text.index(sys.argv[2])
part = text[begin:text.index(sys.argv[3], begin)]
print("\n".join(re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE)))
PY
}

# tour: the lines of README.md from an empty house to a published letter, and `still`, which tells
# whether that letter is there as it was.
tour() {
    blocks README.md "Two helpers" "The API describes itself" |
        sed "s#^api=http.*##; s#http://127.0.0.1:5000#https://$name#; s#^kill .*##"
    cat <<'TXT'
head -c 5 letter.pdf; echo; wc -c letter.pdf page.html
cat >still <<END
set -eu
cd "$PWD"
curl -K me -o again.pdf $api/statements/$statement/document
cmp letter.pdf again.pdf
curl -sS --fail $api/public/statements/$address >/dev/null
echo "the letter is still there"
END
TXT
}

# debian FOLDER SUITE [PACKAGES]: a fresh one that reaches Debian's packages and PyPI as this machine does.
debian() {
    [ ! -x "$1/usr/bin/apt-get" ] || return 0
    say "a fresh Debian $2 in $1"
    mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
        sed -n 's/^URIs: *//p; s/^deb [^h]*\(http[^ ]*\).*/\1/p' | sed 1q)
    debootstrap --variant=minbase ${3:+"--include=$3"} "$2" "$1" "$mirror"
    install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$1/usr/local/share/ca-certificates/outside.crt"
    for path in /etc/apt/apt.conf.d/* /etc/pip.conf /etc/resolv.conf; do
        [ ! -e "$path" ] || install -D -m 644 "$path" "$1$path"
    done
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" # nothing is started while it is made
    chmod +x "$1/usr/sbin/policy-rc.d"
}

# later FOLDER VERSION SERVES: a release of what is here as that version, which adds a column and says
# whether the version before can serve on it; its files go to the sources of $root.
later() {
    if [ "$3" = True ]; then # the first of them; the next is made of it
        rm -rf "$1"
        mkdir -p "$1"
        git archive HEAD | tar -x -C "$1"
    fi
    before=$(.venv/bin/python - "$1/migrations" <<'PY'
import sys
from alembic.script import ScriptDirectory
print(ScriptDirectory(sys.argv[1]).get_current_head())
PY
    )
    sed -i "s/^version = .*/version = \"$2\"/" "$1/pyproject.toml"
    cat >"$1/migrations/versions/later_${3,,}.py" <<TXT
"""Add a column, for the rehearsal."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "later_${3,,}", "$before", None, None
serves_before = $3


def upgrade():
    op.add_column("cases", sa.Column("later_${3,,}", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column("cases", "later_${3,,}")
TXT
    .venv/bin/python "$1/.ci/release.py"
    cp "$1"/dist/* "$root/usr/local/src/"
}
