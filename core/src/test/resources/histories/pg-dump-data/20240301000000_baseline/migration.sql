--
-- PostgreSQL database dump
--

\restrict 796Z40dYYiFWcZqbTFHQTrAk9gIXRaOQMvr4E30uBRZXEHXDKv3DyVJcO51iDAX

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
-- Name: money_amount; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.money_amount AS (
	amount numeric(10,2),
	currency character(3)
);


--
-- Name: mood; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.mood AS ENUM (
    'sad',
    'ok',
    'it''s fine'
);


--
-- Name: sku; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.sku AS character varying(8)
	CONSTRAINT sku_check CHECK (((VALUE)::text ~ '^[A-Z]'::text));


--
-- Name: audit(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RETURN NULL; END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Order Items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Order Items" (
    id bigint NOT NULL,
    customer integer NOT NULL,
    "select" public.sku,
    price public.money_amount,
    at timestamp with time zone,
    took interval,
    ip inet,
    bits bit(3),
    span tstzrange,
    doc tsvector
);


--
-- Name: Order Items_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public."Order Items_id_seq"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: Order Items_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public."Order Items_id_seq" OWNED BY public."Order Items".id;


--
-- Name: customers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customers (
    id integer NOT NULL,
    name text NOT NULL,
    shout text GENERATED ALWAYS AS (upper(name)) STORED,
    mood public.mood DEFAULT 'ok'::public.mood,
    tags text[] DEFAULT '{}'::text[],
    born date,
    photo bytea,
    settings jsonb,
    parent integer
);


--
-- Name: customers_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.customers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: empty; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.empty (
    a integer,
    b text
);


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    id uuid,
    day date NOT NULL,
    note text
)
PARTITION BY RANGE (day);


--
-- Name: events_2024; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events_2024 (
    id uuid,
    day date NOT NULL,
    note text
);


--
-- Name: events_rest; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events_rest (
    id uuid,
    day date NOT NULL,
    note text
);


--
-- Name: nothing; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.nothing (
);


--
-- Name: per_day; Type: MATERIALIZED VIEW; Schema: public; Owner: -
--

CREATE MATERIALIZED VIEW public.per_day AS
 SELECT events.day,
    count(*) AS n
   FROM public.events
  GROUP BY events.day
  WITH NO DATA;


--
-- Name: events_2024; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');


--
-- Name: events_rest; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_rest DEFAULT;


--
-- Name: Order Items id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order Items" ALTER COLUMN id SET DEFAULT nextval('public."Order Items_id_seq"'::regclass);


--
-- Data for Name: Order Items; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Order Items" (id, customer, "select", price, at, took, ip, bits, span, doc) FROM stdin;
1	1	A1	(10.50,EUR)	2024-01-02 01:04:05.678901+00	1 mon 2 days 03:04:05	10.0.0.1/8	101	["2024-01-01 00:00:00+00",)	'a':3 'it':1 's':2 'test':4
2	2	\N	(,)	-infinity	-1 days	::1	\N	empty	\N
3	2	B	\N	\N	\N	\N	010	\N	
\.


--
-- Data for Name: customers; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.customers (id, name, mood, tags, born, photo, settings, parent) FROM stdin;
1	O'Neil "x"	it's fine	{a,"b c","\\"",NULL}	1980-02-29	\\x00ff5c	{"a": "\\n\\"q", "b": [1, null]}	2
2	tab\there\nline\\two	sad	\N	infinity	\\x	[]	\N
3	\\.	\N	{}	\N	\N	\N	1
4	\\N	ok	{"\\\\N"}	0044-03-15 BC	\N	"public.customers"	1
5	ä€😀 public.t; DROP TABLE x; --	ok	{{1,2},{3,4}}	\N	\N	\N	4
6		ok	{}	\N	\N	\N	\N
\.


--
-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.empty (a, b) FROM stdin;
\.


--
-- Data for Name: events_2024; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.events_2024 (id, day, note) FROM stdin;
887703a7-c557-4f21-9113-25a3ac42c0c8	2024-01-01	note 21\t\\
a336bcbf-8df8-48db-ba12-a5d31d920971	2024-01-02	note 22\t\\
66ac4f27-5f3d-4beb-ab81-4be420640b26	2024-01-03	note 23\t\\
6bce5462-9f2a-4d86-b6ef-f741d5fa2ef6	2024-01-04	note 24\t\\
147e6209-c045-40c5-ad9e-0c8b7f5bbd68	2024-01-05	note 25\t\\
3760e928-a502-4b8c-84b3-e820020fb50d	2024-01-06	note 26\t\\
5c5f5102-5b0d-4bb3-a2fe-1610229e2797	2024-01-07	note 27\t\\
a2315ea7-9677-4d2b-a65a-18afb6db4505	2024-01-08	note 28\t\\
5f8c9cf5-3b8f-4fde-be53-ed35c80a9003	2024-01-09	note 29\t\\
563ecadf-86ac-4c26-aa0a-604cb1eb795d	2024-01-10	note 30\t\\
8b7dbf20-190b-4c31-8bc3-002e3e7bb032	2024-01-11	note 31\t\\
b78462ae-f06c-4512-8271-0c02fbb4c6ce	2024-01-12	note 32\t\\
fa310249-cbdf-4ce1-8264-da059144c059	2024-01-13	note 33\t\\
37b57a69-3439-43bd-aeb9-8bad0e42578a	2024-01-14	note 34\t\\
feec23a0-4c16-4c07-8f52-7d2a5114d255	2024-01-15	note 35\t\\
d4b85696-fde9-40a3-a3a4-083775902f22	2024-01-16	note 36\t\\
f9591a32-273b-4563-ab77-044558d04478	2024-01-17	note 37\t\\
94860967-f705-4b2c-a6ad-87a571461e23	2024-01-18	note 38\t\\
192ff9a9-3b92-437d-84c1-3de920aa87b1	2024-01-19	note 39\t\\
94c268e0-7196-43c7-a583-cabb5aed8cc5	2024-01-20	note 40\t\\
\.


--
-- Data for Name: events_rest; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.events_rest (id, day, note) FROM stdin;
7073892e-d7fc-4496-b601-2236cdd0656f	2023-12-12	note 1\t\\
c7691305-720b-4e8e-b1f4-913baaf02f26	2023-12-13	note 2\t\\
a188f045-8959-4acc-b75f-1856e9512b49	2023-12-14	note 3\t\\
86edc7ef-50c1-4a94-b659-29f17f58ede0	2023-12-15	note 4\t\\
ce4f7560-83ef-4c1b-9cde-fbd56ce71cbb	2023-12-16	note 5\t\\
8d96cfd2-e181-43a8-86b1-00ce68e4a6e1	2023-12-17	note 6\t\\
321b7b64-f742-423a-92e5-9feee0d14607	2023-12-18	note 7\t\\
1b59de0b-be96-4895-8378-6361f24dbac0	2023-12-19	note 8\t\\
b34520b3-9ec1-4312-bca3-ac3d252778f9	2023-12-20	note 9\t\\
e520a8c7-cd6a-443c-902a-061202532019	2023-12-21	note 10\t\\
20f9c8c8-e134-4d2f-8bf0-99e35735112e	2023-12-22	note 11\t\\
dfb24d96-63c6-46fa-8cec-93fc967630dd	2023-12-23	note 12\t\\
0d8196de-e7cd-4fcb-aada-c076bad23bc6	2023-12-24	note 13\t\\
9c62a71d-31c6-4ef4-b129-693d5d4c97d9	2023-12-25	note 14\t\\
67622aca-d7e3-412d-b10d-f721d5e1114a	2023-12-26	note 15\t\\
0dd31c4c-e4f0-4c84-9e6b-4532494574c9	2023-12-27	note 16\t\\
3fd35a08-d1cf-4c87-aae2-8111bf2fdd7a	2023-12-28	note 17\t\\
e106e63e-641e-4f45-bc95-7db2a2d3c11a	2023-12-29	note 18\t\\
8f789ec7-48d8-4f94-87ef-0493077a35f9	2023-12-30	note 19\t\\
8016b0f5-acd1-4c0a-8922-62e036ac6c50	2023-12-31	note 20\t\\
\.


--
-- Data for Name: nothing; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.nothing  FROM stdin;
\.


--
-- Name: Order Items_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public."Order Items_id_seq"', 77, true);


--
-- Name: customers_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.customers_id_seq', 6, true);


--
-- Name: Order Items Order Items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order Items"
    ADD CONSTRAINT "Order Items_pkey" PRIMARY KEY (id);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: empty log; Type: RULE; Schema: public; Owner: -
--

CREATE RULE log AS
    ON INSERT TO public.empty DO NOTHING;


--
-- Name: customers audit; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit AFTER INSERT ON public.customers FOR EACH STATEMENT EXECUTE FUNCTION public.audit();


--
-- Name: Order Items Order Items_customer_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Order Items"
    ADD CONSTRAINT "Order Items_customer_fkey" FOREIGN KEY (customer) REFERENCES public.customers(id) ON DELETE CASCADE;


--
-- Name: customers customers_parent_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_parent_fkey FOREIGN KEY (parent) REFERENCES public.customers(id);


--
-- Name: events; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

--
-- Name: per_day; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: -
--

REFRESH MATERIALIZED VIEW public.per_day;


--
-- PostgreSQL database dump complete
--

\unrestrict 796Z40dYYiFWcZqbTFHQTrAk9gIXRaOQMvr4E30uBRZXEHXDKv3DyVJcO51iDAX

