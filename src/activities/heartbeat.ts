import { Context } from '@temporalio/activity';

const BEAT_MS = 1000;

/**
 * Runs `work` with a heartbeat every second, so that a dead worker is noticed in seconds and a cancelled job reaches its
 * stage. The process is what beats: work that keeps a core busy runs in a thread, so a silent beat means a dead process.
 */
export async function withHeartbeat<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  // None at once: most work ends within the first second, and each beat costs the server a write.
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
