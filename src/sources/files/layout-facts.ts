import { z } from 'zod';

import { SchemaDriftError } from '../../domain/errors.ts';
import type { RequestFacts } from '../data-source.ts';
import { AMOUNT_UNITS, ROLES, VOLUME_UNITS, type FileLayout, type Role } from './layout.ts';

const UNITS = {
  volume: z.enum(keysOf(VOLUME_UNITS)),
  amount: z.enum(keysOf(AMOUNT_UNITS)),
};
const Columns = z.partialRecord(z.enum(ROLES), z.string());
const LayoutFacts = z.object({
  layout: z.string(),
  columns: z.string(),
  volumeUnit: UNITS.volume,
  amountUnit: UNITS.amount,
});

function keysOf<Key extends string>(record: Readonly<Record<Key, number>>): Key[] {
  return Object.keys(record).filter((key): key is Key => key in record);
}

/** A layout as facts of a request: its columns as one JSON text, since facts are flat. */
export function layoutToFacts({ name, columns, volumeUnit, amountUnit }: FileLayout): RequestFacts {
  return { layout: name, columns: JSON.stringify(columns), volumeUnit, amountUnit };
}

/** @throws SchemaDriftError where the facts were not written by `layoutToFacts` */
export function layoutFromFacts(facts: RequestFacts): FileLayout {
  const parsed = LayoutFacts.safeParse(facts);
  const columns = Columns.safeParse(parsed.success ? parsedJson(parsed.data.columns) : undefined);
  if (!parsed.success || !columns.success) {
    throw new SchemaDriftError("The answer's request holds no layout of its columns", {
      code: 'ETL-SRC-214',
    });
  }
  const { layout, volumeUnit, amountUnit } = parsed.data;
  return { name: layout, columns: definedOf(columns.data), volumeUnit, amountUnit };
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function definedOf(
  columns: Readonly<Partial<Record<Role, string | undefined>>>,
): FileLayout['columns'] {
  const defined: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const name = columns[role];
    if (name !== undefined) {
      defined[role] = name;
    }
  }
  return defined;
}
