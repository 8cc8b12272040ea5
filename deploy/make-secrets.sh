#!/bin/sh
# Makes the secrets of compose.yaml, at random, as files of a new folder. What is there already stays as it is.
#   sh deploy/make-secrets.sh FOLDER
set -eu

folder=${1:?"say where: sh deploy/make-secrets.sh FOLDER"}
# The folder keeps people out; the files are mounted one by one and read by the container's user, who is nobody on this machine.
mkdir -p "$folder"
chmod 700 "$folder"

random() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

keep() {
  [ -e "$folder/$1" ] && return
  printf '%s\n' "$2" >"$folder/$1"
  chmod 444 "$folder/$1"
}

keep master-key "$(random 32)"
keep postgres-password "$(random 24)"
keep database-url "postgres://gatehouse:$(cat "$folder/postgres-password")@postgres:5432/gatehouse"
keep s3-access-key "$(random 10)"
keep s3-secret-key "$(random 24)"

echo "The secrets are in $folder. Keep a copy of master-key apart from your backups: without it nobody can read them."
