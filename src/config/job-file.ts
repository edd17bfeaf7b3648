import { ConfigurationError } from '../domain/errors.ts';
import { readConfigText } from './env-file.ts';
import { describeValue } from './problems.ts';

/** The job's input out of a JSON file. @throws ConfigurationError ETL-CFG-110, ETL-CFG-111 or ETL-INPUT-101 */
export function readJobFile(path: string): unknown {
  const text = readConfigText(path);
  if (text === undefined || text.trim() === '') {
    throw new ConfigurationError(
      `Cannot read ${path}: ${text === undefined ? 'there is no such file (ENOENT)' : 'it is empty'}`,
      { code: 'ETL-CFG-111', hint: 'give the path of a JSON file.', details: { path } },
    );
  }
  return parseJobText(text, path);
}

/** JSON as an operator pastes it. @throws ConfigurationError ETL-INPUT-101 that names line and column. */
export function parseJobText(text: string, from: string): unknown {
  const clean = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(clean);
  } catch (error) {
    const { line, column, near } = placeOf(error, clean);
    throw new ConfigurationError(
      `${from}:${line}:${column}: not JSON near ${describeValue(near)}; expected one JSON object`,
      {
        code: 'ETL-INPUT-101',
        hint: 'use double quotes, and no comma after the last entry.',
        details: { line, column },
      },
    );
  }
}

function placeOf(error: unknown, text: string): { line: number; column: number; near: string } {
  const named = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  const offset = named === undefined ? firstBadOffset(text) : Number(named);
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n'), near: text.slice(offset, offset + 20) };
}

/**
 * V8 does not give the offset of an unexpected token. Every beginning that is long enough to hold it fails for it, and
 * no shorter one does: bisect. The end of the text, where it merely stops too early.
 */
function firstBadOffset(text: string): number {
  let short = 0;
  let long = text.length + 1;
  while (long - short > 1) {
    const middle = Math.floor((short + long) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) {
      long = middle;
    } else {
      short = middle;
    }
  }
  return long - 1;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && error.message.startsWith('Unexpected token');
  }
}
