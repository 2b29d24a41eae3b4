CREATE TABLE IF NOT EXISTS public.users (name text PRIMARY KEY, schema_name text NOT NULL);
