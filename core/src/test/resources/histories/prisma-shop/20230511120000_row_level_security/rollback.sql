DROP POLICY "Customer_owner" ON "Customer";
DROP POLICY "Customer_staff" ON "Customer";
ALTER TABLE "public"."Customer" DISABLE ROW LEVEL SECURITY;
