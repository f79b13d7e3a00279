#!/usr/bin/env bash
# Run once by the postgres image, on an empty volume: a role and a database per service. Neither can see the other's.
set -euo pipefail

make_database() {
  psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$1" --set password="$2" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_database allocation "$ALLOCATION_PASSWORD"
make_database declaration "$DECLARATION_PASSWORD"
