import type { Thresholds } from './settings.ts';
import type { Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

export function holdOddLevels(tape: Tape, report: TapeReport, thresholds: Thresholds): void {
  void tape;
  void report;
  void thresholds;
}
