#!/bin/bash
# Copies the primary on the first start, then follows it.
set -euo pipefail
export PGDATA=/var/lib/postgresql/data/copy
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA" # left by a copy that was cut short
  export PGPASSWORD; PGPASSWORD=$(cat /run/secrets/replication_password)
  # The slot keeps the primary's log until this copy has read it, so it is made only together with the copy.
  copy() {
    pg_basebackup --host=postgres --username=replication --pgdata="$PGDATA" \
      --wal-method=stream --write-recovery-conf --checkpoint=fast --slot=replica "$@"
  }
  copy --create-slot || { rm -rf "$PGDATA"; copy; } # the slot may be there from a copy that was cut short
  chmod 700 "$PGDATA"
fi
exec postgres -c hot_standby=on -c max_connections=120 -c jit=off -c timezone=Asia/Shanghai \
  -c log_min_error_statement=panic -c log_error_verbosity=terse
