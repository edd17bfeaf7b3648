import { inspect } from 'node:util';

import { REDACTED } from '../observability/redact.ts';

/** A value that no log, payload, message or dump shows. Only `reveal()` gives it, where it is used. */
export class Secret {
  readonly #value: string;
  /** What may be shown of it: a URL without its password, else nothing. */
  readonly shown: string;

  constructor(value: string, shown: string = REDACTED) {
    this.#value = value;
    this.shown = shown;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return this.shown;
  }
}
