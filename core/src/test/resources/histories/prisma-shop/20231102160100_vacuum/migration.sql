VACUUM (ANALYZE) "public"."OrderItem";
