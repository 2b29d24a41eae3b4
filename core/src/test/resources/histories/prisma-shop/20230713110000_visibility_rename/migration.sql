ALTER TYPE "Visibility" RENAME TO "ProductVisibility";
ALTER TYPE "public"."ProductVisibility" ADD VALUE 'archived';
