import { Writable } from 'node:stream';

import {
  createOutput,
  type Output,
  type OutputSettings,
  type Stream,
} from '../../../src/cli/output.ts';

/** A stream that keeps what is written to it. */
export class Memory extends Writable implements Stream {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(isTTY = false, columns = 80) {
    super();
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface FakeOutput {
  readonly output: Output;
  readonly stdout: Memory;
  readonly stderr: Memory;
}

/** An output whose both sides can be read. */
export function fakeOutput(settings: Partial<OutputSettings> = {}): FakeOutput {
  const stdout = new Memory();
  const stderr = new Memory();
  const whole: OutputSettings = { format: 'text', verbosity: 'normal', colour: true, ...settings };
  return { output: createOutput(whole, { stdout, stderr }, {}), stdout, stderr };
}
