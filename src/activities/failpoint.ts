/** A place where a test may kill, stop or fail the worker. */
export type Failpoint = (name: string) => void;

/**
 * Failpoints from `CANDLEWICK_FAILPOINTS=load.mid_copy=kill9@1,...`: name, action (`kill9` or `throw`), and at which pass.
 * Where none are set, passing one costs a map look-up. Never set in production: config refuses it there.
 */
export function createFailpoint(setting: string | undefined): Failpoint {
  const plans = new Map<string, { action: string; at: number; passes: number }>();
  for (const item of (setting ?? '').split(',').filter(Boolean)) {
    const [, name = '', action = '', at = '1'] =
      /^([a-z_.]+)=(kill9|throw)(?:@(\d+))?$/.exec(item) ?? [];
    if (name === '') {
      throw new RangeError(
        `CANDLEWICK_FAILPOINTS: got ${item}; expected name=kill9@1 or name=throw@1`,
      );
    }
    plans.set(name, { action, at: Number(at), passes: 0 });
  }
  return function pass(name: string): void {
    const plan = plans.get(name);
    if (plan === undefined) {
      return;
    }
    plan.passes += 1;
    if (plan.passes !== plan.at) {
      return;
    }
    if (plan.action === 'kill9') {
      process.kill(process.pid, 'SIGKILL');
    }
    throw new Error(`Failpoint ${name}`);
  };
}
