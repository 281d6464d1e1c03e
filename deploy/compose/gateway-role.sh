#!/bin/sh
# Run once by the PostgreSQL image, when the cluster is new: the gateway's own role, without rights.
# `jutong migrate` grants it what the gateway needs.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v password="$GATEWAY_PASSWORD" <<'SQL'
CREATE ROLE jutong_gateway LOGIN PASSWORD :'password';
SQL
