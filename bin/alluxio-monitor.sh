#!/bin/sh
# Says whether master and worker are well: alluxio-monitor.sh -h. All of it is in src/commands/alluxio-monitor.ts.

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
exec "$(dirname "$self")/alluxio" alluxio-monitor.sh "$@"
