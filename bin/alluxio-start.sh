#!/bin/sh
# Starts master and worker: alluxio-start.sh -h. All of it is in src/commands/alluxio-start.ts.

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
exec "$(dirname "$self")/alluxio" alluxio-start.sh "$@"
