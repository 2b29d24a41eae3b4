-- CreateDomain
CREATE DOMAIN public.percentage AS numeric(5,2) CONSTRAINT in_range CHECK (VALUE BETWEEN 0 AND 100);

-- CreateTable
CREATE TABLE "Coupon" (
    "code" "public"."citext" NOT NULL,
    "off" public.percentage NOT NULL DEFAULT 10,
    "valid" daterange NOT NULL DEFAULT 'empty',

    CONSTRAINT "Coupon_pkey" PRIMARY KEY ("code")
);
