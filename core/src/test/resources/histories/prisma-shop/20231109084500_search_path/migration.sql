SET search_path TO public;

CREATE TABLE feature_flag (name text PRIMARY KEY, on_since timestamptz);
INSERT INTO feature_flag (name) VALUES ('public_shop'), ('public.api') ON CONFLICT DO NOTHING;
