#!/bin/bash
# repository.sh FOLDER ORIGIN BRANCH [MESSAGE...]: a clone as the lab makes it, on a branch with these commits of one's own.
set -euo pipefail
folder=$1 origin=$2 branch=$3; shift 3
export GIT_AUTHOR_NAME=Student GIT_AUTHOR_EMAIL=student@example.edu GIT_COMMITTER_NAME=Student GIT_COMMITTER_EMAIL=student@example.edu
if [ ! -d "$folder/.git" ]; then
  above=$(mktemp -d)
  git init -q -b main "$above"
  git -C "$above" commit -q --allow-empty -m 'As the course gives it'
  for each in lightning ray tune amd vm release-2.26; do git -C "$above" branch -q "$each"; done
  mkdir -p "$(dirname "$folder")"
  git clone -q "$above" "$folder"
  git -C "$folder" remote set-url origin "$origin"
  rm -rf "$above"
fi
git -C "$folder" checkout -q "$branch"
for message; do git -C "$folder" commit -q --allow-empty -m "$message"; done
