import { decodeText } from '../decode/text-encoding.ts';

/** What came back, whole and decompressed. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; the last of several equal ones. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const SNIFFED_BYTES = 512;
const SHOWN_CHARACTERS = 160;
const HTML_START = /^\s*(<!doctype|<html|<head|<body|<script|<\?xml)/i;

/** The beginning of a body as text: GB18030 where it is no UTF-8. */
export function beginningOf(body: Uint8Array): string {
  return decodeText(body.subarray(0, SNIFFED_BYTES));
}

export function isBlankBody(body: Uint8Array): boolean {
  return body.length <= SNIFFED_BYTES && beginningOf(body).trim() === '';
}

export function isHtml(body: Uint8Array): boolean {
  return HTML_START.test(beginningOf(body));
}

/** A body in one short line, for an error's text. */
export function shownBody(body: Uint8Array): string {
  const text = beginningOf(body).replaceAll(/\s+/g, ' ').trim();
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Milliseconds that a `Retry-After` header asks for; undefined where there is none that can be read. */
export function retryAfterOf({ headers }: HttpAnswer, nowMs: number): number | undefined {
  const given = headers['retry-after']?.trim();
  if (given === undefined || given === '') {
    return undefined;
  }
  const seconds = /^\d{1,6}$/.test(given) ? Number(given) : (Date.parse(given) - nowMs) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds * 1000)) : undefined;
}
