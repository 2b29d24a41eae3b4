COMMENT ON TABLE "Order" IS 'What a customer''s basket becomes; public.Order in reports';
COMMENT ON COLUMN "public"."Order"."status" IS $$DRAFT until "public"."Invoice" has a row; it's never NULL$$;
COMMENT ON FUNCTION public.set_updated_at() IS E'keeps "updatedAt"\n\tsee C:\\docs\\public.html';
-- A comment; with a semicolon, a quote ' and a name: public."Order"
/* and /* nested */ 'one' */
COMMENT ON INDEX "public"."Order_pkey" IS '';
