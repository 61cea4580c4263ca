import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { createClient } from '../../engine/client/index.ts';
import { startSubject, type Stats, type Subject } from '../server/soak/stats.ts';

/*
 * P25: queues of subscribers without a bound, in which a reader who stalls keeps everything in memory.
 */
describe('a reader who hardly reads (P25)', function () {
  this.timeout(120_000);
  let subject: Subject;
  before(async () => {
    subject = await startSubject();
  });
  after(() => subject.close());

  it('of 100 MB of stored events costs the server no memory, holds up nobody, and misses none of them', async () => {
    const client = createClient({ baseUrl: subject.url });
    const { runId } = await client.workflows.invoke('large');
    const slow = await slowReader(subject.url, `GET /runs/${encodeURIComponent(runId)}/stream`);
    const before = await subject.stats();
    let seen = 0;
    for await (const { index } of client.runs.stream(runId)) seen = Math.max(seen, index);
    expect(await client.agents.invoke('echo', 'beside', { message: 'Hi' })).to.deep.include({
      text: 'Hello.',
    });
    expectFlat(before, await subject.stats());
    expect(slow.read()).to.be.lessThan(1e6);
    const { events } = await client.runs.events(runId, { after: seen - 1 });
    expect(events.map(({ type }) => type)).to.deep.equal(['run_end']);
    slow.end();
  });

  it('of 100 MB of deltas loses deltas, not the rest', async () => {
    const client = createClient({ baseUrl: subject.url });
    const slow = await slowReader(subject.url, 'POST /agents/echo/flood', '{"message":"flood"}');
    const before = await subject.stats();
    const id = await slow.location('/submissions/');
    const types = new Set<string>();
    for await (const { type } of client.submissions.stream(id)) types.add(type);
    expect([...types]).to.include.members(['operation_end', 'submission_end']);
    expectFlat(before, await subject.stats());
    slow.end();
  });
});

function expectFlat(before: Stats, after: Stats): void {
  expect(after.heapMb + after.externalMb - before.heapMb - before.externalMb).to.be.lessThan(10);
}

interface Slow {
  /** Bytes read so far. */
  read(): number;
  /** The id in the `Location` of the answer. */
  location(prefix: string): Promise<string>;
  end(): void;
}

/** A client that reads a kilobyte a second; resolves when its answer has begun. */
async function slowReader(url: string, line: string, body?: string): Promise<Slow> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  let bytes = 0;
  let start = '';
  const head = [
    `${line} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    'accept: text/event-stream',
    ...(body === undefined
      ? []
      : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
  socket.pause();
  await new Promise((resolve) => socket.once('readable', resolve));
  const timer = setInterval(() => {
    const chunk = socket.read(1024) as Buffer | null;
    if (chunk === null) return;
    bytes += chunk.length;
    start += start.length < 4096 ? chunk.toString() : '';
  }, 1_000);
  return {
    read: () => bytes,
    async location(prefix) {
      while (!start.includes('\r\n\r\n')) await new Promise((resolve) => setTimeout(resolve, 50));
      return decodeURIComponent(new RegExp(`location: ${prefix}(\\S+)`, 'i').exec(start)?.[1] ?? '');
    },
    end() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}
