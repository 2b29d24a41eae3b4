SELECT setval('public.invoice_number', 1000, false);
