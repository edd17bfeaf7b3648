import type { Severity } from '../../domain/notice.ts';
import type { SeenNotice } from '../../warehouse/notices.ts';

/** The code of a driver's error: all of it that is sure to hold no address. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'no reason given';
}

/** Something that reaches people. */
export interface Channel {
  /** Form and a digest of the address: shown and stored, and the same in every worker. */
  readonly name: string;
  /** Least severe notice that it tells. */
  readonly least: Severity;
  /** Tells all of them in one message. @throws Error that names neither address nor secret. */
  send(notices: readonly SeenNotice[], signal: AbortSignal): Promise<void>;
}
