import { queryRows, type Warehouse } from './pool.ts';

/** A source, or one endpoint of it, that is not asked. */
export interface SwitchedOff {
  readonly source: string;
  /** `*`: the whole source. */
  readonly endpoint: string;
  readonly disabledBy: 'operator' | 'configuration';
  readonly code: string | null;
  readonly reason: string;
}

const COLUMNS = 'source, endpoint, disabled_by as "disabledBy", code, reason';

/** Whether an endpoint is switched off. What the configuration has disabled counts only while the account is the same. */
export async function readSwitch(
  warehouse: Warehouse,
  source: string,
  endpoint: string,
  account: string,
): Promise<SwitchedOff | undefined> {
  const [row] = await queryRows<SwitchedOff>(
    warehouse,
    `Reading the switch of ${source}`,
    `select ${COLUMNS} from source_switches
      where source = $1 and endpoint in ('*', $2) and (disabled_by = 'operator' or account = $3)
      order by endpoint limit 1`,
    [source, endpoint, account],
  );
  return row;
}

/** @returns whether it was not switched off already, for the same account. */
export async function switchOff(
  warehouse: Warehouse,
  off: SwitchedOff & { readonly account: string },
): Promise<boolean> {
  const rows = await queryRows(
    warehouse,
    `Disabling ${off.source}`,
    `insert into source_switches as s (source, endpoint, account, disabled_by, code, reason)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (source, endpoint) do update
        set account = excluded.account, disabled_by = excluded.disabled_by, code = excluded.code,
            reason = excluded.reason, disabled_at = now()
      where s.account <> excluded.account or s.disabled_by <> excluded.disabled_by
     returning 1`,
    [off.source, off.endpoint, off.account, off.disabledBy, off.code, off.reason],
  );
  return rows.length > 0;
}

/** @returns how many switches were lifted. */
export async function switchOn(warehouse: Warehouse, source: string): Promise<number> {
  const rows = await queryRows(
    warehouse,
    `Enabling ${source}`,
    'delete from source_switches where source = $1 returning 1',
    [source],
  );
  return rows.length;
}
