"""What the plane may do in the database: read grants, keys and the pool, append to the call log. Nothing else.

Granted after each migration and not inside one, because the tables belong to several rooms and the role may have been
made later than they.
"""

from django.db import connections

ROLE = "jutong_gateway"

_READ = ("sharing_live_grant", "sharing_live_revision", "accounts_client_key", "accounts_key_revision")
_APPEND = ("gateway_call", "gateway_segment")

# Each statement only where role and table are there. The shipper compares numbers and check codes of what it appends,
# so of the log it may read these and nothing that was logged.
_GRANTS = """
DO $$
DECLARE
    name text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        RETURN;
    END IF;
    FOREACH name IN ARRAY ARRAY[{read}] LOOP
        IF to_regclass(name) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON %I TO {role}', name);
        END IF;
    END LOOP;
    FOREACH name IN ARRAY ARRAY[{append}] LOOP
        IF to_regclass(name) IS NOT NULL THEN
            EXECUTE format('GRANT INSERT ON %I TO {role}', name);
        END IF;
    END LOOP;
    IF to_regclass('gateway_call') IS NOT NULL THEN
        GRANT SELECT (gateway, segment, number, crc) ON gateway_call TO {role};
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'pool') THEN
        GRANT USAGE ON SCHEMA pool TO {role};
        GRANT SELECT ON ALL TABLES IN SCHEMA pool TO {role};
        ALTER DEFAULT PRIVILEGES IN SCHEMA pool GRANT SELECT ON TABLES TO {role};
    END IF;
END
$$
"""


def privileges_sql() -> str:
    """The statement; it changes nothing where the role or the tables are not there."""
    return _GRANTS.format(role=ROLE, read=_listed(_READ), append=_listed(_APPEND))


def grant_to_plane(using: str = "default") -> None:
    """Grant to the plane's role what it needs."""
    with connections[using].cursor() as cursor:
        cursor.execute(privileges_sql())


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
