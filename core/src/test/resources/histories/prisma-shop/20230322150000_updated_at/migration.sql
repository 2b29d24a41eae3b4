CREATE OR REPLACE FUNCTION public.set_updated_at() RETURNS trigger AS $$
BEGIN
    NEW."updatedAt" := now();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER "Customer_updated_at" BEFORE UPDATE ON "public"."Customer"
    FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
