-- CreateTable
CREATE TABLE "Event" (
    "id" BIGSERIAL,
    "at" TIMESTAMP(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{"from": "public.Event"}',

    CONSTRAINT "Event_pkey" PRIMARY KEY ("id", "at")
) PARTITION BY RANGE ("at");

CREATE TABLE "Event_2022" PARTITION OF "public"."Event" FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
