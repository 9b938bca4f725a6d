#!/bin/sh
# Run once by the postgres image, on an empty volume: a role and databases of its own for Milepost and for Temporal.
# psql takes the passwords from the environment, so that no list of processes shows them.
set -eu
: "${DATABASE_PASSWORD:?}" "${TEMPORAL_DATABASE_PASSWORD:?}"

psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv milepost_password DATABASE_PASSWORD
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD
CREATE ROLE milepost LOGIN PASSWORD :'milepost_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE milepost OWNER milepost;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE milepost, temporal, temporal_visibility FROM PUBLIC;
SQL
