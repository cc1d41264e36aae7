#!/bin/sh
# Starts master and worker: alluxio-start.sh -h. All of it is in src/commands/alluxio-start.ts.

exec "$(dirname -- "$(readlink -f -- "$0")")/alluxio" alluxio-start.sh "$@"
