ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Invoice_auditor" ON "Invoice" FOR SELECT
    USING (EXISTS (SELECT FROM "public"."Member" m WHERE m."role" IN ('AUDITOR', 'OWNER')));
