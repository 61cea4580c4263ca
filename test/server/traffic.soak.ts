import { connect } from 'node:net';
import { expect } from 'chai';
import { createClient } from '../../engine/client/index.ts';
import { startSubject, type Stats, type Subject } from './soak/stats.ts';
import { sendTraffic } from './soak/traffic.ts';

const minutes = Number(process.env['MINUTES'] ?? 10);
const cycles = Number(process.env['CYCLES'] ?? 1_000 * minutes);

describe('a server under mixed traffic', () => {
  let subject: Subject;
  before(async () => {
    subject = await startSubject();
  });
  after(() => subject.close());

  it(`holds no more after ${minutes} minutes than after the first`, async () => {
    // What is loaded late and what is kept warm is there after some time.
    await sendTraffic(subject.url, Date.now() + Math.min(60_000, minutes * 15_000), 16);
    const before = await subject.stats();
    const { done, faults } = await sendTraffic(subject.url, Date.now() + minutes * 60_000, 16);
    const after = await subject.stats();
    console.log(`      ${JSON.stringify(done)}`);
    tell(before, after);
    expect(faults).to.deep.equal([]);
    expectFlat(before, after, 15);
  });

  it(`holds nothing of ${cycles} streams that were left`, async () => {
    const client = createClient({ baseUrl: subject.url });
    const { submissionId } = await client.agents.dispatch('echo', 'held', { message: 'Hi' });
    await leave(subject.url, submissionId, 200);
    const before = await subject.stats();
    await leave(subject.url, submissionId, cycles);
    const after = await subject.stats();
    tell(before, after);
    expectFlat(before, after, 5);
  });
});

function expectFlat(before: Stats, after: Stats, heapMb: number): void {
  expect(after.listeners).to.equal(before.listeners);
  expect(after.heapMb + after.externalMb - before.heapMb - before.externalMb).to.be.lessThan(heapMb);
  for (const [kind, count] of Object.entries(after.handles))
    expect(count, kind).to.be.at.most((before.handles[kind] ?? 0) + 20);
}

function tell(before: Stats, after: Stats): void {
  const text = ({ handles, heapMb, externalMb, rssMb, listeners }: Stats): string =>
    `heap ${heapMb.toFixed(1)} MB, external ${externalMb.toFixed(1)} MB, rss ${rssMb.toFixed(0)} MB, ` +
    `${listeners} listeners, ${JSON.stringify(handles)}`;
  console.log(`      before: ${text(before)}\n      after:  ${text(after)}`);
}

/** Opens and leaves streams, 20 at a time, without reading them to their end. */
async function leave(url: string, submissionId: string, count: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const once = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.write(`GET /submissions/${submissionId}/stream HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
      socket.once('data', () => socket.destroy());
      socket.on('close', () => resolve()).on('error', reject);
    });
  for (let left = count; left > 0; left -= 20)
    await Promise.all(Array.from({ length: Math.min(20, left) }, once));
}
