import type { Command } from 'commander';

import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';

export function addDoctorCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('doctor')
    .description('check every prerequisite and say what to do');
  command.action(() => invoke(command, () => Promise.resolve(EXIT.ok)));
}
