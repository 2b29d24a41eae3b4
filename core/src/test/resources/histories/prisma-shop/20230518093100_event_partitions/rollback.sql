DROP TABLE public."Event_2023", public."Event_2024", public."Event_2025";
