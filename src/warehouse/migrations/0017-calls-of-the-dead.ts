import type { Migration } from './migration.ts';

/** The same function with another bound: PostgreSQL writes it out, so that no second copy of it can differ by more. */
function withBound(from: number, to: number): string {
  return `
do $do$
declare
  definition text := pg_get_functiondef('take_source_call(text, text, text, text, integer[], bigint[], integer, integer)'::regprocedure);
begin
  if definition not like '%interval ''${from} seconds''%' then
    raise exception 'take_source_call is not as this step knows it';
  end if;
  execute replace(definition, 'interval ''${from} seconds''', 'interval ''${to} seconds''');
end
$do$;
`;
}

/**
 * A call ends within 30 seconds, its total time-out. One that has run for longer was a dead worker's, and no longer takes the
 * place of others: at 60 seconds, a worker that died with three calls on their way stopped its source for a minute.
 */
export const callsOfTheDead: Migration = {
  name: '0017-calls-of-the-dead',
  up: withBound(60, 35),
  down: withBound(35, 60),
};
