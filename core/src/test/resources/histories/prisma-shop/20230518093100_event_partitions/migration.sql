DO $$
BEGIN
    FOR year IN 2023..2025 LOOP
        EXECUTE format('CREATE TABLE public.%I PARTITION OF "public"."Event" FOR VALUES FROM (%L) TO (%L)',
                       'Event_' || year, year || '-01-01', (year + 1) || '-01-01');
    END LOOP;
END $$;
