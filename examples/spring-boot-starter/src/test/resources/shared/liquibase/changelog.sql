--liquibase formatted sql
--changeset app:users
CREATE TABLE public.users (id uuid PRIMARY KEY, email text UNIQUE);
