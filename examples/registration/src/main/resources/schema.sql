-- The shared table of users. It belongs to no tenant: SQL names it with its schema, and no migration creates it.
-- Of several instances that start at the same time only one creates it: without the lock, IF NOT EXISTS can fail with SQLState 23505.
SELECT pg_advisory_lock(hashtextextended('registration: public.users', 0));
CREATE TABLE IF NOT EXISTS public.users (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username    text NOT NULL,
    email       text NOT NULL UNIQUE,
    schema_name text NOT NULL UNIQUE,
    created_at  timestamptz NOT NULL DEFAULT now()
);
SELECT pg_advisory_unlock(hashtextextended('registration: public.users', 0));
