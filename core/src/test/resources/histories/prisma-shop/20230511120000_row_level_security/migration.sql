ALTER TABLE "Customer" ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Customer_staff" ON "public"."Customer"
    USING (EXISTS (SELECT 1 FROM public."Member" m WHERE m."id" = current_setting('app.member', true)))
    WITH CHECK ("email" <> 'public');

CREATE POLICY "Customer_owner" ON "Customer" FOR SELECT TO PUBLIC USING (true);
