import { Client } from 'pg';

import { connectionSettings } from './connection-settings.ts';
import { translateDatabaseError } from './database-error.ts';

const ROLES = ['etl_owner', 'etl_load', 'etl_read'] as const;

/**
 * Three roles that cannot log in, to be granted to those that can. Roles belong to the whole server and making them needs
 * CREATEROLE, so this is no migration but a step that an administrator takes; taking it again repairs the grants.
 */
const GRANTS = `
do $$
declare role_name text;
begin
  foreach role_name in array array[${ROLES.map((role) => `'${role}'`).join(', ')}] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
  end loop;
  execute format('grant create, temporary on database %I to etl_owner', current_database());
  execute format('grant temporary on database %I to etl_load', current_database());
end $$;
grant usage, create on schema public to etl_owner;
grant usage on schema public to etl_load, etl_read;
grant select on all tables in schema public to etl_load, etl_read;
grant insert, update on
  daily_bars, daily_bars_history, instruments, suspensions, adjustment_factors, load_batches, batch_answers, batch_verdicts, batch_days,
  load_claims, quarantine, job_runs, job_batches, job_symbol_failures,
  quarantine_selections, quarantine_decisions, quality_checks, quality_check_shards, quality_check_symbols,
  quality_check_days, quality_check_rules, quality_check_findings, quality_reports,
  rulesets, quality_batches, quality_costs, quality_findings, bar_repairs, provisional_bars,
  coverage_scope, absences, source_breakers, source_breaker_events, source_switches, source_quotas, source_calls, source_attempts,
  price_limits, st_status, daily_basics, symbol_changes, reference_refreshes,
  model_versions, model_drift, threshold_versions, source_samples, source_differences, notices, notice_tellings to etl_load;
grant delete on
  quality_check_symbols, quality_check_days, quality_check_rules, quality_check_findings,
  provisional_bars, job_batches, job_symbol_failures, absences, source_switches, source_calls, source_attempts,
  source_samples, source_differences to etl_load;
grant execute on function withdraw_bars(text[], date[], timestamptz) to etl_load;
grant usage on all sequences in schema public to etl_load;
alter role etl_read set default_transaction_read_only = on;
`;

/** Makes the three roles where they are missing, and grants each what it needs. @returns their names. */
export async function grantRoles(
  connectionString: string,
  { allowPlaintext = false }: { readonly allowPlaintext?: boolean } = {},
): Promise<readonly string[]> {
  const applicationName = 'candlewick roles';
  const client = new Client(
    connectionSettings({ connectionString, applicationName, allowPlaintext }),
  );
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(GRANTS);
    return ROLES;
  } catch (error) {
    throw translateDatabaseError(error, 'Granting roles');
  } finally {
    await client.end().catch(() => undefined);
  }
}
