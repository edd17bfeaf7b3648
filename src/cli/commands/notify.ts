import type { Command } from 'commander';

import type { Channel } from '../../observability/notices/channel.ts';
import type { SeenNotice } from '../../warehouse/notices.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';

interface Outcome {
  readonly channel: string;
  readonly leastSeverity: string;
  readonly told: boolean;
  readonly error: string | undefined;
}

const HELP = `
Channels are set by ETL_NOTIFY_WEBHOOKS (JSON, Slack, DingTalk, Feishu, WeCom)
and ETL_NOTIFY_SMTP_URL with ETL_NOTIFY_MAIL_TO. Their addresses are secrets:
they are shown by form and a digest only.`;

export function addNotifyCommand(program: Command, invoke: Invoke): void {
  const notify = program.command('notify').description('how people are told of trouble');
  const test = notify
    .command('test')
    .description('send a test notice through every channel')
    .addHelpText('after', HELP);
  test.action(() => invoke(test, testChannels));
}

/** Past thresholds and windows: who asks for a test wants to see it arrive. */
async function testChannels(invocation: Invocation): Promise<ExitCode> {
  const { readConfig } = await import('../servers.ts');
  const { createChannels } = await import('../../worker/notifications.ts');
  const config = await readConfig(invocation);
  const channels = createChannels(config);
  if (channels.length === 0) {
    const { ConfigurationError } = await import('../../domain/errors.ts');
    throw new ConfigurationError('No channel is configured: people would be told nothing', {
      code: 'ETL-NTF-301',
      hint: 'set ETL_NOTIFY_WEBHOOKS, or ETL_NOTIFY_SMTP_URL and ETL_NOTIFY_MAIL_TO.',
    });
  }
  const notice = testNotice();
  const outcomes = await Promise.all(
    channels.map((channel) => tryChannel(channel, notice, invocation.signal)),
  );
  await show(outcomes, invocation);
  return outcomes.every(({ told }) => told) ? EXIT.ok : EXIT.failed;
}

async function tryChannel(
  channel: Channel,
  notice: SeenNotice,
  signal: AbortSignal,
): Promise<Outcome> {
  const { name, least } = channel;
  try {
    await channel.send([notice], signal);
    return { channel: name, leastSeverity: least, told: true, error: undefined };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { channel: name, leastSeverity: least, told: false, error: reason };
  }
}

function testNotice(): SeenNotice {
  const now = new Date().toISOString();
  return {
    key: 'test',
    severity: 'info',
    code: 'ETL-NTF-001',
    title: 'This is a test of the notifications',
    meaning: 'Nothing is wrong; whoever reads this will hear of real trouble.',
    action: 'Nothing is to be done.',
    facts: {},
    seen: 1,
    seenAnew: 1,
    firstSeenAt: now,
    lastSeenAt: now,
  };
}

async function show(outcomes: readonly Outcome[], { output }: Invocation): Promise<void> {
  const { toSnakeCase } = await import('../format.ts');
  const { renderTable } = await import('../table.ts');
  const { colours } = output;
  output.result(toSnakeCase(outcomes), () =>
    renderTable(
      outcomes,
      [
        { title: 'channel', cell: ({ channel }) => channel },
        { title: 'from severity', cell: ({ leastSeverity }) => leastSeverity },
        {
          title: 'outcome',
          isFlexible: true,
          cell: ({ told, error }) =>
            told ? colours.green('told') : colours.red(error ?? 'failed'),
        },
      ],
      output,
    ),
  );
}
