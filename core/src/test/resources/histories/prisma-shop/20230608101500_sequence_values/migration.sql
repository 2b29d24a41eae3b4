-- Rows were imported with their ids: let the sequences go on behind them.
SELECT setval(pg_get_serial_sequence('public."Customer"', 'id'), coalesce((SELECT max("id") FROM public."Customer"), 0) + 1, false);
SELECT setval(pg_get_serial_sequence('"public"."Invoice"', 'id'), 501, false);
SELECT setval('"public"."Product_id_seq"', 101, false), nextval('public.invoice_number');
