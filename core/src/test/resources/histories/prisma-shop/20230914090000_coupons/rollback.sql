DROP TABLE "Coupon";
DROP DOMAIN percentage