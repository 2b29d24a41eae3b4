DROP PROCEDURE public.restock;
DROP FUNCTION public.take_stock