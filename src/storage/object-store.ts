/** A place for whole objects, local or S3. Keys are `/`-separated, relative, without `..`. */
export interface ObjectStore {
  /** Where it is, for people: `/data/landing`, `s3://bucket/landing`. Never a secret. */
  readonly location: string;
  /** Atomic: a reader sees the whole object or none. Putting again replaces. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws SystemError ETL-STO-001 where there is no such object. */
  get(key: string): Promise<Buffer>;
  has(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Keys under a prefix, in no order. */
  list(prefix: string): AsyncIterable<string>;
}
