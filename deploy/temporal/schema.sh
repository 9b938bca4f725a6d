#!/bin/sh
# Brings Temporal's two databases to the tables of this server's version. Run before every start; run again, it
# changes nothing. temporal-sql-tool takes the password from SQL_PASSWORD.
set -eu
: "${SQL_PASSWORD:?}"

tool() {
    database=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep postgres --port 5432 --user temporal --db "$database" "$@"
}

bring_up_to_date() {
    versions=/etc/temporal/schema/postgresql/v12/$2/versioned
    if ! tool "$1" update-schema --schema-dir "$versions"; then
        echo "No tables in $1 yet; making them"
        tool "$1" setup-schema --version 0.0
        tool "$1" update-schema --schema-dir "$versions"
    fi
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
