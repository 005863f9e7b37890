-- How many tasks a set holds; a generated column of "job" is made of it.
CREATE FUNCTION "tasks_in"("tasks" int4multirange) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT coalesce(sum(upper(piece) - lower(piece)), 0)::integer FROM unnest("tasks") AS piece $$;
