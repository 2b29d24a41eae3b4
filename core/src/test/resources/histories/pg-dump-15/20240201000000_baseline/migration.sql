--
-- PostgreSQL database dump
--

\restrict VBluqSbuRwQg3BQaP5UeTZSOXL3AyE1wkGfw5BVyc9W58difA9bxBLukJ4UbLXh

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: SCHEMA public; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON SCHEMA public IS 'the library''s tables; public.users is shared';


--
-- Name: german; Type: COLLATION; Schema: public; Owner: -
--

CREATE COLLATION public.german (provider = libc, locale = 'C');


--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: uuid-ossp; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;


--
-- Name: EXTENSION "uuid-ossp"; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';


--
-- Name: state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.state AS ENUM (
    'public',
    'lent',
    'lost; or worse',
    'it''s gone'
);


--
-- Name: TYPE state; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.state IS 'what public.books are in';


--
-- Name: address; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.address AS (
	street text COLLATE public.german,
	zip character varying(10),
	state public.state
);


--
-- Name: is_isbn(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.is_isbn(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$ SELECT value ~ '^[0-9X-]+$' $_$;


--
-- Name: isbn; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.isbn AS text NOT NULL DEFAULT '0'::text
	CONSTRAINT isbn_check CHECK (public.is_isbn(VALUE))
	CONSTRAINT isbn_digits CHECK ((VALUE ~ '^[0-9X\-]+$'::text));


--
-- Name: price_range; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.price_range AS RANGE (
    subtype = numeric,
    multirange_type_name = public.price_ranges
);


--
-- Name: made_of_state(public.state); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.made_of_state(s public.state) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT length(s::text) $$;


--
-- Name: CAST (public.state AS integer); Type: CAST; Schema: -; Owner: -
--

CREATE CAST (public.state AS integer) WITH FUNCTION public.made_of_state(public.state) AS ASSIGNMENT;


--
-- Name: book_changed(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.book_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    latest public.loans%ROWTYPE;
    wanted public.state := 'lent';
BEGIN
    -- public.books: it's a comment; isn't it
    SELECT * INTO latest FROM public.loans l WHERE l.book_id = NEW.id ORDER BY l.at DESC LIMIT 1;
    IF NEW.state = wanted::public.state AND TG_OP = 'UPDATE' THEN
        EXECUTE format('INSERT INTO public.visits (at, page) VALUES (now(), %L)', 'public: ' || NEW.title);
    END IF;
    PERFORM setval('public.card_numbers', greatest(NEW.id, 70000));
    RETURN NEW;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: books; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.books (
    id bigint NOT NULL,
    author_id integer NOT NULL,
    isbn public.isbn,
    title text NOT NULL,
    title_lower text GENERATED ALWAYS AS (lower(title)) STORED,
    state public.state DEFAULT 'public'::public.state NOT NULL,
    states public.state[] DEFAULT ARRAY['public'::public.state, 'lent'::public.state],
    price numeric(8,2),
    lent_at tstzrange,
    owner_id integer,
    CONSTRAINT books_price_check CHECK ((price > (0)::numeric))
);
ALTER TABLE ONLY public.books ALTER COLUMN title SET STATISTICS 300;
ALTER TABLE ONLY public.books ALTER COLUMN title SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.books REPLICA IDENTITY FULL;


--
-- Name: TABLE books; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.books IS 'see public.authors; "public"."loans"';


--
-- Name: COLUMN books.title; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.books.title IS 'on the
public.cover \ back';


--
-- Name: lend(bigint, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.lend(book bigint, INOUT reader integer DEFAULT 1, OUT state public.state) RETURNS record
    LANGUAGE sql
    BEGIN ATOMIC
 UPDATE public.books SET state = 'lent'::public.state
   WHERE (books.id = lend.book);
 SELECT reader AS reader,
         CASE
             WHEN (reader > 0) THEN 'lent'::public.state
             ELSE 'public'::public.state
         END AS "case";
END;


--
-- Name: FUNCTION lend(book bigint, INOUT reader integer, OUT state public.state); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.lend(book bigint, INOUT reader integer, OUT state public.state) IS 'lends';


--
-- Name: longer(text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.longer(a text, b text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (length(a) >= length(b)) THEN a ELSE b END;


--
-- Name: same_words(text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.same_words(a text, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$SELECT lower(a) = lower(b)$$;


--
-- Name: table_sizes(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.table_sizes() RETURNS TABLE(name text, bytes bigint)
    LANGUAGE sql STABLE COST 1000 ROWS 50
    AS $$
    SELECT tablename::text, pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass)
      FROM pg_tables WHERE schemaname = 'public' $$;


--
-- Name: tidy(text[]); Type: PROCEDURE; Schema: public; Owner: -
--

CREATE PROCEDURE public.tidy(VARIADIC pages text[])
    LANGUAGE plpgsql
    AS $$ BEGIN DELETE FROM visits WHERE page = ANY (pages); EXECUTE 'ANALYZE public.visits'; END $$;


--
-- Name: longest(text); Type: AGGREGATE; Schema: public; Owner: -
--

CREATE AGGREGATE public.longest(text) (
    SFUNC = public.longer,
    STYPE = text,
    INITCOND = ''
);


--
-- Name: AGGREGATE longest(text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON AGGREGATE public.longest(text) IS 'max by length';


--
-- Name: =~~; Type: OPERATOR; Schema: public; Owner: -
--

CREATE OPERATOR public.=~~ (
    FUNCTION = public.same_words,
    LEFTARG = text,
    RIGHTARG = text,
    COMMUTATOR = OPERATOR(public.=~~)
);


--
-- Name: OPERATOR =~~ (text, text); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON OPERATOR public.=~~ (text, text) IS 'same';


--
-- Name: shop; Type: TEXT SEARCH CONFIGURATION; Schema: public; Owner: -
--

CREATE TEXT SEARCH CONFIGURATION public.shop (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR asciiword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR word WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR numword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR hword_numpart WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR hword_part WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR hword_asciipart WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR numhword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR asciihword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR hword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.shop
    ADD MAPPING FOR uint WITH simple;


--
-- Name: authors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.authors (
    id integer NOT NULL,
    name text NOT NULL COLLATE public.german,
    email public.citext,
    home public.address,
    born date,
    token uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    note text DEFAULT 'public.authors\ it''s'::text
);


--
-- Name: authors_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.authors_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: authors_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.authors_id_seq OWNED BY public.authors.id;


--
-- Name: books_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.books ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.books_id_seq
    START WITH 100
    INCREMENT BY 2
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: books_per_author; Type: MATERIALIZED VIEW; Schema: public; Owner: -
--

CREATE MATERIALIZED VIEW public.books_per_author AS
 SELECT books.author_id,
    count(*) AS books,
    public.longest(books.title) AS longest
   FROM public.books
  GROUP BY books.author_id
  WITH NO DATA;


--
-- Name: cards; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cards (
    number bigint NOT NULL,
    small smallint NOT NULL,
    holder integer
);

ALTER TABLE ONLY public.cards FORCE ROW LEVEL SECURITY;


--
-- Name: card_numbers; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.card_numbers
    START WITH 70000
    INCREMENT BY 3
    MINVALUE 70000
    NO MAXVALUE
    CACHE 5;


--
-- Name: card_numbers; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.card_numbers OWNED BY public.cards.number;


--
-- Name: cards_small_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.cards ALTER COLUMN small ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cards_small_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: media; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.media (
    id integer NOT NULL,
    kind text
);


--
-- Name: films; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.films (
    minutes integer
)
INHERITS (public.media);


--
-- Name: lent_books; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.lent_books AS
 SELECT b.id,
    b.title,
    a.name,
    public.longer(b.title, a.name) AS long
   FROM (public.books b
     JOIN public.authors a ON ((a.id = b.author_id)))
  WHERE (b.state = 'lent'::public.state);


--
-- Name: lent_books_simple; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.lent_books_simple WITH (security_barrier='true') AS
 SELECT books.id,
    books.title
   FROM public.books
  WHERE (books.state = 'lent'::public.state)
  WITH CASCADED CHECK OPTION;


--
-- Name: loans; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.loans (
    id bigint NOT NULL,
    book_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    note text
)
PARTITION BY RANGE (at);


--
-- Name: loans_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.loans_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: loans_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.loans_id_seq OWNED BY public.loans.id;


--
-- Name: loans_2023; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.loans_2023 (
    id bigint DEFAULT nextval('public.loans_id_seq'::regclass) NOT NULL,
    book_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    note text
);


--
-- Name: loans_2024; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.loans_2024 (
    id bigint DEFAULT nextval('public.loans_id_seq'::regclass) NOT NULL,
    book_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    note text
)
PARTITION BY HASH (id);


--
-- Name: loans_2024_x; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.loans_2024_x (
    id bigint DEFAULT nextval('public.loans_id_seq'::regclass) NOT NULL,
    book_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    note text
);


--
-- Name: numbers; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.numbers AS
 WITH RECURSIVE numbers(n) AS (
         VALUES (1)
        UNION ALL
         SELECT (numbers_1.n + 1)
           FROM numbers numbers_1
          WHERE (numbers_1.n < 10)
        )
 SELECT numbers.n
   FROM numbers;


--
-- Name: old_books; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.old_books (
    id bigint NOT NULL,
    author_id integer NOT NULL,
    isbn public.isbn,
    title text NOT NULL,
    title_lower text,
    state public.state DEFAULT 'public'::public.state NOT NULL,
    states public.state[] DEFAULT ARRAY['public'::public.state, 'lent'::public.state],
    price numeric(8,2),
    lent_at tstzrange,
    owner_id integer
);


--
-- Name: readers; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.readers AS
 SELECT c.number,
    u.email
   FROM (public.cards c
     JOIN public.users u ON ((u.id = c.holder)));


--
-- Name: VIEW readers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.readers IS 'public.users too';


--
-- Name: visits; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.visits (
    at timestamp with time zone,
    page text
)
WITH (fillfactor='70');


--
-- Name: loans_2023; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans ATTACH PARTITION public.loans_2023 FOR VALUES FROM ('2023-01-01 00:00:00+00') TO ('2024-01-01 00:00:00+00');


--
-- Name: loans_2024; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans ATTACH PARTITION public.loans_2024 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');


--
-- Name: loans_2024_x; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans_2024 ATTACH PARTITION public.loans_2024_x FOR VALUES WITH (modulus 1, remainder 0);


--
-- Name: authors id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authors ALTER COLUMN id SET DEFAULT nextval('public.authors_id_seq'::regclass);


--
-- Name: cards number; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cards ALTER COLUMN number SET DEFAULT nextval('public.card_numbers'::regclass);


--
-- Name: loans id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans ALTER COLUMN id SET DEFAULT nextval('public.loans_id_seq'::regclass);


--
-- Name: authors authors_email_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_email_key UNIQUE (email);


--
-- Name: authors authors_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.authors
    ADD CONSTRAINT authors_pkey PRIMARY KEY (id);

ALTER TABLE public.authors CLUSTER ON authors_pkey;


--
-- Name: books books_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.books
    ADD CONSTRAINT books_key UNIQUE NULLS NOT DISTINCT (isbn, owner_id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: books books_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.books
    ADD CONSTRAINT books_pkey PRIMARY KEY (id);


--
-- Name: cards cards_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_pkey PRIMARY KEY (number);


--
-- Name: loans loans_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans
    ADD CONSTRAINT loans_pkey PRIMARY KEY (id, at);


--
-- Name: loans_2023 loans_2023_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans_2023
    ADD CONSTRAINT loans_2023_pkey PRIMARY KEY (id, at);


--
-- Name: loans_2024 loans_2024_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans_2024
    ADD CONSTRAINT loans_2024_pkey PRIMARY KEY (id, at);


--
-- Name: loans_2024_x loans_2024_x_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.loans_2024_x
    ADD CONSTRAINT loans_2024_x_pkey PRIMARY KEY (id, at);


--
-- Name: media media_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.media
    ADD CONSTRAINT media_pkey PRIMARY KEY (id);


--
-- Name: books one_reader; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.books
    ADD CONSTRAINT one_reader EXCLUDE USING gist (lent_at WITH &&) WHERE ((state = 'lent'::public.state));


--
-- Name: CONSTRAINT one_reader ON books; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON CONSTRAINT one_reader ON public.books IS 'only one';


--
-- Name: authors_name_trgm; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX authors_name_trgm ON public.authors USING gin (name public.gin_trgm_ops);


--
-- Name: books_lent; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX books_lent ON public.books USING btree (author_id, lower(title) DESC NULLS LAST) INCLUDE (isbn) WHERE (state = ANY (ARRAY['lent'::public.state, 'lost; or worse'::public.state]));


--
-- Name: INDEX books_lent; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON INDEX public.books_lent IS 'partial';


--
-- Name: books_per_author_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX books_per_author_key ON public.books_per_author USING btree (author_id);


--
-- Name: books_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX books_search ON public.books USING gin (to_tsvector('public.shop'::regconfig, title));


--
-- Name: loans_book; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX loans_book ON ONLY public.loans USING btree (book_id);


--
-- Name: loans_2023_book_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX loans_2023_book_id_idx ON public.loans_2023 USING btree (book_id);


--
-- Name: loans_2024_book_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX loans_2024_book_id_idx ON ONLY public.loans_2024 USING btree (book_id);


--
-- Name: loans_2024_x_book_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX loans_2024_x_book_id_idx ON public.loans_2024_x USING btree (book_id);


--
-- Name: loans_2023_book_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_book ATTACH PARTITION public.loans_2023_book_id_idx;


--
-- Name: loans_2023_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_pkey ATTACH PARTITION public.loans_2023_pkey;


--
-- Name: loans_2024_book_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_book ATTACH PARTITION public.loans_2024_book_id_idx;


--
-- Name: loans_2024_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_pkey ATTACH PARTITION public.loans_2024_pkey;


--
-- Name: loans_2024_x_book_id_idx; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_2024_book_id_idx ATTACH PARTITION public.loans_2024_x_book_id_idx;


--
-- Name: loans_2024_x_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.loans_2024_pkey ATTACH PARTITION public.loans_2024_x_pkey;


--
-- Name: book_stats; Type: STATISTICS; Schema: public; Owner: -
--

CREATE STATISTICS public.book_stats (ndistinct) ON author_id, state FROM public.books;


--
-- Name: visits log_visit; Type: RULE; Schema: public; Owner: -
--

CREATE RULE log_visit AS
    ON UPDATE TO public.visits DO ( INSERT INTO public.visits (at, page)
  VALUES (now(), 'public.visits'::text);
 DELETE FROM public.visits
  WHERE (visits.page IS NULL);
);


--
-- Name: authors no_delete; Type: RULE; Schema: public; Owner: -
--

CREATE RULE no_delete AS
    ON DELETE TO public.authors DO INSTEAD NOTHING;


--
-- Name: books book_changed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER book_changed AFTER INSERT OR UPDATE OF state, title ON public.books FOR EACH ROW WHEN ((new.state IS NOT NULL)) EXECUTE FUNCTION public.book_changed();


--
-- Name: TRIGGER book_changed ON books; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER book_changed ON public.books IS 't';


--
-- Name: loans loans_all; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER loans_all AFTER INSERT ON public.loans REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();


--
-- Name: books never; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER never BEFORE DELETE ON public.books FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger();

ALTER TABLE public.books DISABLE TRIGGER never;


--
-- Name: books books_author_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.books
    ADD CONSTRAINT books_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.authors(id) ON DELETE CASCADE;


--
-- Name: books books_owner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.books
    ADD CONSTRAINT books_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.users(id) ON UPDATE CASCADE;


--
-- Name: cards cards_holder_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_holder_fkey FOREIGN KEY (holder) REFERENCES public.users(id);


--
-- Name: loans loans_book_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.loans
    ADD CONSTRAINT loans_book_id_fkey FOREIGN KEY (book_id) REFERENCES public.books(id);


--
-- Name: authors all_authors; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY all_authors ON public.authors AS RESTRICTIVE FOR SELECT USING ((name <> 'public'::text));


--
-- Name: authors; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.authors ENABLE ROW LEVEL SECURITY;

--
-- Name: cards; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.cards ENABLE ROW LEVEL SECURITY;

--
-- Name: cards own_card; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY own_card ON public.cards TO shop_app USING (((holder = (current_setting('app.user'::text, true))::integer) AND (EXISTS ( SELECT
   FROM public.users u
  WHERE (u.id = cards.holder)))));


--
-- Name: POLICY own_card ON cards; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON POLICY own_card ON public.cards IS 'one''s own';


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: -
--

GRANT USAGE ON SCHEMA public TO shop_app;


--
-- Name: TYPE state; Type: ACL; Schema: public; Owner: -
--

GRANT ALL ON TYPE public.state TO shop_app;


--
-- Name: TYPE isbn; Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON TYPE public.isbn FROM PUBLIC;


--
-- Name: TABLE books; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.books TO shop_app;


--
-- Name: COLUMN books.title; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(title) ON TABLE public.books TO shop_app WITH GRANT OPTION;


--
-- Name: COLUMN books.price; Type: ACL; Schema: public; Owner: -
--

GRANT UPDATE(price) ON TABLE public.books TO shop_app WITH GRANT OPTION;


--
-- Name: FUNCTION lend(book bigint, INOUT reader integer, OUT state public.state); Type: ACL; Schema: public; Owner: -
--

REVOKE ALL ON FUNCTION public.lend(book bigint, INOUT reader integer, OUT state public.state) FROM PUBLIC;
GRANT ALL ON FUNCTION public.lend(book bigint, INOUT reader integer, OUT state public.state) TO shop_app;


--
-- Name: TABLE authors; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT,INSERT ON TABLE public.authors TO shop_app;


--
-- Name: SEQUENCE card_numbers; Type: ACL; Schema: public; Owner: -
--

GRANT USAGE ON SEQUENCE public.card_numbers TO shop_app;


--
-- Name: TABLE lent_books; Type: ACL; Schema: public; Owner: -
--

GRANT SELECT ON TABLE public.lent_books TO PUBLIC;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: public; Owner: -
--

ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT ALL ON FUNCTIONS  TO shop_app;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: public; Owner: -
--

ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT SELECT,INSERT ON TABLES  TO shop_app;


--
-- PostgreSQL database dump complete
--

\unrestrict VBluqSbuRwQg3BQaP5UeTZSOXL3AyE1wkGfw5BVyc9W58difA9bxBLukJ4UbLXh

