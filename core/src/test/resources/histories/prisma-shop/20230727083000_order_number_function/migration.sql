CREATE FUNCTION "public"."next_order_number"(prefix text DEFAULT 'public.') RETURNS text
    LANGUAGE plpgsql
    SET search_path = public
    AS 'DECLARE
    n bigint;
BEGIN
    SELECT count(*) + 1 INTO n FROM public."Order";
    IF n > 999999 THEN
        RAISE EXCEPTION ''too many rows in %'', ''public.Order'';
    END IF;
    RETURN prefix || lpad(n::text, 6, ''0'');
END';

-- AlterTable
ALTER TABLE "Order" ADD COLUMN "number" TEXT NOT NULL DEFAULT public.next_order_number('A')