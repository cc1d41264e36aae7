#!/bin/sh
# Says whether master and worker are well: alluxio-monitor.sh -h. All of it is in src/commands/alluxio-monitor.ts.

exec "$(dirname -- "$(readlink -f -- "$0")")/alluxio" alluxio-monitor.sh "$@"
