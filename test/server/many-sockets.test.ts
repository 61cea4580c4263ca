import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { helloProject } from '../cli/hello-project.ts';
import { makeProject, startCli, type Running } from '../cli/run-cli.ts';

/** As many as `server.limits.connections` allows by default. */
const most = 1_000;

/** Of the process of the server, at its highest. */
const bearable = 400 * 1024 * 1024;

describe('a thousand open sockets', function () {
  this.timeout(90_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  let server: Running & { readonly url: string };
  const sockets: WebSocket[] = [];

  before(async () => {
    project = await makeProject(helloProject);
    const running = startCli(['serve', '--port', '0', '--json'], { cwd: project.folder });
    const { url } = JSON.parse(await running.saw('\n')) as { url: string };
    server = { ...running, url: url.replace('http', 'ws') };
  });
  after(async () => {
    for (const socket of sockets) socket.terminate();
    server.child.kill('SIGKILL');
    await server.done;
    await project.remove();
  });

  it('that prompt all at once are each answered in order, in bounded memory, and one more is refused', async () => {
    while (sockets.length < most) {
      const some = Array.from({ length: 50 }, (_, index) => open(sockets.length + index));
      sockets.push(...some);
      await Promise.all(some.map((socket) => once(socket, 'open')));
    }
    const [, refused] = (await once(open(most), 'unexpected-response')) as [unknown, IncomingMessage];
    expect([refused.statusCode, refused.headers['retry-after']]).to.deep.equal([503, '1']);
    const chunks = (await refused.toArray()) as Buffer[];
    expect(JSON.parse(Buffer.concat(chunks).toString())).to.have.nested.property(
      'error.type',
      'too_many_connections',
    );

    const heard = await Promise.all(sockets.map(prompt));
    heard.forEach((frames, index) => expectInOrder(frames, index));

    const peak = await peakMemory(server.child.pid);
    if (peak !== undefined) expect(peak).to.be.lessThan(bearable);

    sockets[0]?.terminate();
    let last = open(most);
    // The place is free when the server has seen the socket go.
    while (!(await opens(last))) last = open(most);
    sockets.push(last);
    expectInOrder(await prompt(last, most), most);
  });

  const open = (index: number): WebSocket =>
    new WebSocket(`${server.url}/agents/assistant/caller-${index}`).on('error', () => undefined);
});

interface Heard {
  readonly type: string;
  readonly requestId?: string;
  readonly submissionId?: string;
  readonly event?: { readonly type: string; readonly index: number };
  readonly result?: { readonly text: string };
}

/** Sends one message; gives all that comes until its answer. */
function prompt(socket: WebSocket, index: number): Promise<readonly Heard[]> {
  const frames: Heard[] = [];
  return new Promise((resolve, reject) => {
    socket.on('close', (code: number) => reject(new Error(`socket ${index} was closed with ${code}`)));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Heard;
      frames.push(frame);
      if (frame.type === 'error') reject(new Error(data.toString()));
      if (frame.type === 'result') resolve(frames);
    });
    socket.send(JSON.stringify({ v: 1, type: 'prompt', requestId: `r${index}`, message: `number ${index}` }));
  });
}

/** What was heard is about this very message: told to have started, its events without gap or double, then its answer. */
function expectInOrder(heard: readonly Heard[], index: number): void {
  const [started, ...rest] = heard.filter(({ requestId }) => requestId !== undefined);
  const result = rest.pop();
  expect(started?.type).to.equal('started');
  expect(new Set(heard.flatMap(({ requestId = [] }) => requestId))).to.deep.equal(new Set([`r${index}`]));
  expect(result?.result?.text).to.equal(`You said: number ${index}`);
  const places = rest.flatMap(({ event }) => event?.index ?? []).filter((place) => place > 0);
  expect(places).to.deep.equal(places.map((_, place) => place + 1));
  expect(rest.map(({ event }) => event?.type).filter((type) => type !== 'text_delta')).to.deep.equal([
    'operation_start',
    'turn_start',
    'turn_end',
    'operation_end',
    'submission_end',
  ]);
}

/** Whether a socket came to be; false when the server refused it. */
function opens(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('unexpected-response', (_: unknown, response: IncomingMessage) => {
      response.resume().once('end', () => resolve(false));
    });
  });
}

/** Bytes of memory that a process has held at most; undefined where the system does not tell. */
async function peakMemory(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
