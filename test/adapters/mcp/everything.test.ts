import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { isObject } from '../../../engine/core/json.ts';
import type { McpServer } from '../../../engine/program/mcp.ts';
import { failureOf } from '../../engine/kit.ts';
import { freePort } from '../../fakes/free-port.ts';
import { closeWorlds, everything, httpServer, processServer, worldOf } from './world.ts';

describe('the published server that has everything', () => {
  const started: ChildProcess[] = [];

  after(() => started.forEach((child) => child.kill()));
  afterEach(closeWorlds);

  for (const [name, find] of [
    ['as a process', () => Promise.resolve(processServer([everything, 'stdio']))],
    ['over streamable HTTP', async () => httpServer(`${await listen('streamableHttp')}/mcp`)],
    ['over SSE', async () => httpServer(`${await listen('sse')}/sse`, { type: 'sse' })],
  ] as const) {
    describe(name, () => {
      let server: McpServer;
      before(async () => (server = await find()));

      it('offers its tools with whole schemas and its hints', async () => {
        const tools = await worldOf().tools(server);
        const sum = tools.find(({ tool }) => tool === 'get-sum');
        expect(sum?.name).to.equal('shop__get-sum');
        expect(sum?.inputSchema).to.deep.include({ type: 'object', required: ['a', 'b'] });
        expect(JSON.stringify(sum?.inputSchema)).to.include('First number');
        const structured = tools.find(({ tool }) => tool === 'get-structured-content');
        expect(structured?.outputSchema).to.have.nested.property('properties.temperature.type', 'number');
      });

      it('gives text, structured results, images and resources', async () => {
        const { call } = worldOf();
        expect(await call(server, 'echo', { message: 'hello' })).to.equal('Echo: hello');
        expect(await call(server, 'get-structured-content', { location: 'Chicago' })).to.have.keys(
          'temperature',
          'conditions',
          'humidity',
        );
        expect(await call(server, 'get-tiny-image')).to.match(/\[image: image\/png, \d+ bytes\]/);
        expect(await call(server, 'get-resource-reference', {})).to.include('[resource: demo://resource/');
        expect(await call(server, 'get-resource-links', { count: 2 })).to.include('[resource: demo://');
      });

      it('says what is wrong with arguments, and goes on', async () => {
        const { call } = worldOf();
        const failure = await failureOf(call(server, 'echo', {}));
        expect(failure.type).to.equal('tool_failed');
        expect(failure.message).to.include('message');
        expect(await call(server, 'echo', { message: 'again' })).to.equal('Echo: again');
      });

      it('tells of progress, and is left when the call is aborted', async () => {
        const { call, logged } = worldOf();
        await call(server, 'trigger-long-running-operation', { duration: 0.3, steps: 3 });
        expect(logged.join('\n')).to.include('1 of 3');
        const controller = new AbortController();
        const work = call(
          server,
          'trigger-long-running-operation',
          { duration: 30, steps: 3 },
          controller.signal,
        );
        setTimeout(() => controller.abort(), 100);
        expect((await failureOf(work)).type).to.equal('aborted');
        expect(await call(server, 'echo', { message: 'still there' })).to.equal('Echo: still there');
      });

      it('is given up when a call takes too long', async () => {
        const { call } = worldOf();
        const work = call({ ...server, timeoutMs: 200 }, 'trigger-long-running-operation', {
          duration: 30,
          steps: 3,
        });
        expect((await failureOf(work)).type).to.equal('timeout');
      });
    });
  }

  it('gets no more of the environment than its settings say', async () => {
    const canary = {
      PATH: process.env['PATH'],
      HOME: '/home/somebody',
      CANARY: 'bird',
      NODE_OPTIONS: '--no-warnings',
    };
    const { call } = worldOf({}, canary);
    const said = JSON.parse(String(await call(processServer([everything, 'stdio']), 'get-env'))) as unknown;
    expect(isObject(said) && Object.keys(said).sort()).to.deep.equal(['HOME', 'PATH']);
  });

  async function listen(mode: string): Promise<string> {
    const port = await freePort();
    const child = spawn(process.execPath, [everything, mode], {
      env: { PATH: process.env['PATH'], PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.push(child);
    const lines = createInterface({ input: child.stderr });
    let listens = false;
    for await (const line of lines) if ((listens = line.includes(`on port ${port}`))) break;
    child.stderr.resume();
    expect(listens, `${mode} listens`).to.equal(true);
    return `http://127.0.0.1:${port}`;
  }
});
