#!/bin/bash
# First start of the database: the portal's own role (no superuser) and the one for streaming copies.
set -euo pipefail
portal=$(cat /run/secrets/portal_password)
replication=$(cat /run/secrets/replication_password)

# The passwords are hexadecimal (make_secrets.py), so quoting them is safe.
psql -v ON_ERROR_STOP=1 --username postgres --dbname portal <<SQL
CREATE ROLE portal LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '$portal';
ALTER DATABASE portal OWNER TO portal;
ALTER SCHEMA public OWNER TO portal;
-- The same limits as in the settings; kept here too because pgbouncer does not pass them on.
ALTER ROLE portal SET timezone = 'Asia/Shanghai';
ALTER ROLE portal SET statement_timeout = '15s';
ALTER ROLE portal SET lock_timeout = '3s';
ALTER ROLE portal SET idle_in_transaction_session_timeout = '60s';
CREATE ROLE replication LOGIN REPLICATION PASSWORD '$replication';
SQL
echo "host replication replication all scram-sha-256" >> "$PGDATA/pg_hba.conf"
