import { z } from 'zod';

import { parseStoreUrl } from '../storage/store-url.ts';

/** What `config explain`, `.env.example` and the README say of a variable. */
export interface SettingMeta {
  readonly meaning: string;
  readonly expected: string;
  /** The default as it would stand in the environment; of an optional setting, what holds without it, in words. */
  readonly fallback: string;
  readonly isOptional?: boolean;
}

export type Parser<Value> = z.ZodType<Value, string>;
type Described<Value> = z.ZodType<Value, string | undefined>;

/** A setting that always has a value: `fallback` is its default as it would stand in the environment. */
export function withDefault<Value>(
  parser: Parser<Value>,
  meta: SettingMeta & { readonly fallback: string },
): Described<Value> {
  return parser.prefault(meta.fallback).meta({ ...meta });
}

/** A setting that may be absent; `fallback` says in words what holds then. */
export function optional<Value>(
  parser: Parser<Value>,
  meta: SettingMeta,
): Described<Value | undefined> {
  return parser.optional().meta({ ...meta, isOptional: true });
}

export function integer(min: number, max: number): Parser<number> {
  return z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

export function decimal(min: number, max: number): Parser<number> {
  return z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** Text with a check of its own, whose words stand in for `expected`. */
export function checked(fault: (text: string) => string | undefined): Parser<string> {
  return z.string().superRefine((text, context) => {
    const message = fault(text);
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
    }
  });
}

export function hostAndPortFault(text: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/i.exec(text);
  return match !== null && Number(match[2]) >= 1 && Number(match[2]) <= 65_535
    ? undefined
    : 'host:port, without http://';
}

export function storeFault(text: string): string | undefined {
  try {
    parseStoreUrl(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `another address: ${error.message}` : 'another address';
  }
}

export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function directoryFault(text: string): string | undefined {
  return /\p{Cc}/u.test(text) ? 'a path without control characters' : undefined;
}

export function namespaceFault(text: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(text)
    ? undefined
    : '1 to 255 characters of A-Z a-z 0-9 . _ -';
}

export function prefixFault(text: string): string | undefined {
  return /^[a-z0-9_-]{1,64}$/.test(text) ? undefined : 'at most 64 characters of a-z 0-9 _ -';
}

export function retentionFault(text: string): string | undefined {
  const days = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (days === 0) {
    return 'days from 1 to 36500: 0 would delete everything';
  }
  return days >= 1 && days <= 36_500 ? undefined : 'days from 1 to 36500, as a whole number';
}

export function isSettingMeta(meta: unknown): meta is SettingMeta {
  return typeof meta === 'object' && meta !== null && 'meaning' in meta && 'expected' in meta;
}
