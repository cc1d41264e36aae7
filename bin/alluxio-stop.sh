#!/bin/sh
# Stops master and worker: alluxio-stop.sh -h. All of it is in src/commands/alluxio-stop.ts.

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
exec "$(dirname "$self")/alluxio" alluxio-stop.sh "$@"
