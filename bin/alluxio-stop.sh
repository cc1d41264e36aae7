#!/bin/sh
# Stops master and worker: alluxio-stop.sh -h. All of it is in src/commands/alluxio-stop.ts.

exec "$(dirname -- "$(readlink -f -- "$0")")/alluxio" alluxio-stop.sh "$@"
