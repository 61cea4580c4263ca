import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeProject, startCli, type Files, type Running } from './run-cli.ts';
import { flowText, wideProject } from './wide-project.ts';

interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

describe('GET /__engine/stream', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof makeProject>>;
  let running: Running | undefined;

  afterEach(async () => {
    if (running?.child.exitCode === null) running.child.kill('SIGKILL');
    await running?.done;
    running = undefined;
    await project.remove();
  });

  const start = async (files: Files): Promise<Running> => {
    project = await makeProject(files);
    return (running = startCli(['dev', '--port', '0'], { cwd: project.folder }));
  };
  /** At once, so that nobody sees half of it. */
  const write = async (path: string, text: string): Promise<void> => {
    await writeFile(`${project.folder}.draft`, text);
    await rename(`${project.folder}.draft`, join(project.folder, path));
  };

  it('tells findings and reloads as they come, beginning with the state', async () => {
    const dev = await start(wideProject(2));
    const url = urlIn(await dev.saw('openapi.json'));
    await dev.saw('edits go live', 'stderr');
    const first = await follow(url);
    const second = await follow(url);
    for (const next of [first, second]) {
      const { event, data } = await next();
      expect([event, data['ok'], data['name'], data['reloads']]).to.deep.equal(['status', true, 'wide', 0]);
    }
    const text = flowText(1, 'Good day');
    await write('src/workflows/flow-1.yaml', text.replace('agent: agent-1', 'agent: agent-l'));
    for (const next of [first, second]) {
      const { event, data } = await next();
      expect([event, data['ok'], data['problem']]).to.deep.equal(['findings', false, null]);
      expect(data).to.have.nested.property('findings[0].rule', 'ref/unknown-agent');
    }
    await write('src/workflows/flow-1.yaml', text);
    expect(await first()).to.deep.equal({
      event: 'findings',
      data: { ok: true, findings: [], problem: null },
    });
    const { event, data } = await first();
    expect([event, data['changed'], data['reloads']]).to.deep.equal(['reload', ['workflow flow-1'], 1]);
    expect(data['ms']).to.be.a('number');

    dev.child.kill('SIGTERM');
    expect(await first()).to.deep.equal({ event: '', data: {} });
    expect((await dev.done).exitCode).to.equal(0);
  });

  it('tells of a project that is broken at the start, and ends when it is served', async () => {
    const dev = await start({
      ...wideProject(1),
      'src/workflows/bad.yaml': 'steps:\n  - id: a\n    agent: nobody\n',
    });
    const url = urlIn(await dev.saw('until the project can be served', 'stderr'));
    const next = await follow(url);
    const { event, data } = await next();
    expect([event, data['ok'], data['since'], data['findings']]).to.satisfy(
      ([name, ok, since, findings]: unknown[]) =>
        name === 'status' && ok === false && since === null && (findings as unknown[]).length > 0,
    );
    await write('src/workflows/bad.yaml', 'steps:\n  - id: a\n    agent: nobody2\n');
    expect((await next()).event).to.equal('findings');
    await write('src/workflows/bad.yaml', flowText(0, 'Hello'));
    let last = await next();
    while (last.event === 'findings') last = await next();
    expect(last).to.deep.equal({ event: '', data: {} });
    expect(urlIn(await dev.saw('openapi.json'))).to.equal(url);
    expect((await (await follow(url))()).data['ok']).to.equal(true);
  });

  it('is closed to pages of other origins', async () => {
    const dev = await start({
      ...wideProject(1),
      'src/workflows/bad.yaml': 'steps:\n  - id: a\n    agent: nobody\n',
    });
    const url = urlIn(await dev.saw('until the project can be served', 'stderr'));
    const answer = await fetch(`${url}/__engine/stream`, { headers: { origin: 'http://evil.example' } });
    expect(answer.status).to.equal(403);
  });
});

function urlIn(text: string): string {
  return /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
}

/** Opens the stream; each call gives what comes next, and one without a name at the end. */
async function follow(url: string): Promise<() => Promise<Told>> {
  const { status, headers, body } = await fetch(`${url}/__engine/stream`);
  expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/event-stream; charset=utf-8']);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    for (;;) {
      const frame = /event: (\w+)\ndata: (.*)\n\n/.exec(text);
      if (frame !== null) {
        text = text.slice(frame.index + frame[0].length);
        return { event: frame[1] ?? '', data: JSON.parse(frame[2] ?? '') as Told['data'] };
      }
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return { event: '', data: {} };
      text += value;
    }
  };
}
