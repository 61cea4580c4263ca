import { runEvents } from '../ports/run-events.ts';
import type { Worker } from '../ports/durable.ts';
import { admissionTests } from './durable/admission.ts';
import { orderTests } from './durable/order.ts';
import { recordsTests } from './durable/records.ts';
import { signalsTests } from './durable/signals.ts';
import { stoppingTests } from './durable/stopping.ts';
import { type DurableContractOptions, type DurableWorld, type Test, type Work } from './durable/world.ts';
import type { TestRunner } from './store-contract.ts';

export type { DurableContractOptions, DurableWorld } from './durable/world.ts';

/**
 * The contract of the port `Durable`, as tests: every adapter passes it unchanged. Work that a crash leaves behind is played by a
 * promise that never settles.
 *
 * @example durableContract({ describe, it }, { open, reopen });
 */
export function durableContract(
  { describe, it }: TestRunner,
  { open, reopen }: DurableContractOptions,
): void {
  const test: Test = (title, body) => {
    it(title, async () => {
      const opened: DurableWorld[] = [];
      const start = async (make: () => Promise<DurableWorld>, work: Work, more: Partial<Worker>) => {
        const world = await make();
        opened.push(world);
        world.durable.define('run', { ...runEvents, ...more, work });
        await world.durable.start();
        return world;
      };
      try {
        await body({
          open: (work, more = {}) => start(open, work, more),
          reopen: (work, more = {}) => start(reopen, work, more),
        });
      } finally {
        for (const world of opened.reverse()) await world.close().catch(() => undefined);
      }
    });
  };

  describe('admission', () => admissionTests(test));
  describe('order', () => orderTests(test));
  describe('records', () => recordsTests(test));
  describe('time and signals', () => signalsTests(test));
  describe('stopping', () => stoppingTests(test));
}
