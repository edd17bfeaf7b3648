import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { ConfigurationError } from '../../domain/errors.ts';
import { definedOf, parsedJson } from './layout-facts.ts';
import { AMOUNT_UNITS, ROLES, VOLUME_UNITS, type FileLayout } from './layout.ts';
import { compileGlob } from './glob.ts';
import { isMissing } from './safe-path.ts';

const LAYOUT_FILE = 'candlewick.layout.json';
const MOST_BYTES = 1 << 16;

const VolumeUnit = z.literal(keysOf(VOLUME_UNITS));
const AmountUnit = z.literal(keysOf(AMOUNT_UNITS));

const CustomLayout = z
  .strictObject({
    columns: z
      .partialRecord(z.enum(ROLES), z.string().min(1))
      .refine(({ day, open, high, low, close }) => [day, open, high, low, close].every(Boolean), {
        message: 'expected at least day, open, high, low and close',
      })
      .optional(),
    volume_unit: VolumeUnit.optional(),
    amount_unit: AmountUnit.optional(),
    ignore: z.array(z.string()).default([]),
  })
  .refine((layout) => !layout.columns?.volume || layout.volume_unit, {
    message: 'expected volume_unit beside a volume column: "share" or "lot"',
  })
  .refine((layout) => !layout.columns?.amount || layout.amount_unit, {
    message:
      'expected amount_unit beside an amount column: "cny", "thousand_cny" or "ten_thousand_cny"',
  });

/** What a `candlewick.layout.json` says of the files beside it and in folders below. */
export interface LayoutNote {
  /** Undefined where it only leaves files out. */
  readonly layout: FileLayout | undefined;
  /** Whether a file's name (not its path) is to be left out. */
  readonly ignores: (name: string) => boolean;
  /** Its text: what an index that was made with it depends on. */
  readonly text: string;
}

export const NO_NOTE: LayoutNote = { layout: undefined, ignores: () => false, text: '' };

function keysOf<Key extends string>(record: Readonly<Record<Key, number>>): Key[] {
  return Object.keys(record).filter((key): key is Key => key in record);
}

/** The note of one folder, if it has one. @throws ConfigurationError saying what is wrong with it */
export async function readLayoutNote(
  folder: string,
  shown: string,
): Promise<LayoutNote | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, LAYOUT_FILE), 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
  const json = text.length > MOST_BYTES ? undefined : parsedJson(text.replace(/^\uFEFF/, ''));
  const parsed = CustomLayout.safeParse(json);
  if (!parsed.success) {
    const what = json === undefined ? 'it is no JSON' : z.prettifyError(parsed.error);
    throw new ConfigurationError(`${shown}/${LAYOUT_FILE}: ${what}`, {
      code: 'ETL-SRC-215',
      hint: `columns may be ${ROLES.join(', ')}; see docs/files.md.`,
    });
  }
  const { columns, volume_unit: volumeUnit, amount_unit: amountUnit, ignore } = parsed.data;
  const patterns = ignore.map(compileGlob);
  return {
    layout:
      columns === undefined
        ? undefined
        : {
            name: 'custom',
            columns: definedOf(columns),
            volumeUnit: volumeUnit ?? 'share',
            amountUnit: amountUnit ?? 'cny',
          },
    ignores: (name) => patterns.some((pattern) => pattern.matches(name)),
    text,
  };
}
