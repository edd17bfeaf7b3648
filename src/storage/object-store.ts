import { ConfigurationError } from '../domain/errors.ts';

/** A place for whole objects, local or S3. Keys are `/`-separated, relative, without `..`: see `checkKey`. */
export interface ObjectStore {
  /** Where it is, for people: `/data/landing`, `s3://bucket/landing`. Never a secret. */
  readonly location: string;
  /** Atomic and durable: a reader sees the whole object or none. Putting again replaces. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws SystemError ETL-STO-001 where there is no such object. */
  get(key: string): Promise<Buffer>;
  /** Bytes, or undefined where there is no such object. */
  size(key: string): Promise<number | undefined>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** Keys under a prefix that ends in `/` (or of everything, for an empty one), in no order. */
  list(prefix: string): AsyncIterable<string>;
}

const MAX_KEY_LENGTH = 512;
const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/**
 * Segments start with a letter, a digit or `_`, so that none is `.`, `..` or a hidden file, and hold nothing that any
 * file system or URL treats in a special way. @throws ConfigurationError ETL-STO-101
 */
export function checkKey(key: string): void {
  if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) {
    throw new ConfigurationError(
      `Not an object key: got ${JSON.stringify(key.slice(0, 80))}; expected parts of A-Z a-z 0-9 . _ - joined by /, at most ${MAX_KEY_LENGTH} characters`,
      { code: 'ETL-STO-101' },
    );
  }
}

/** As `checkKey`, for a prefix: empty, or a key and a final `/`. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') {
    checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : `${prefix}(no final /)`);
  }
}
