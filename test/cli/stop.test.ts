import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { helloProject } from './hello-project.ts';
import { projectFor } from './project-for.ts';

describe('engine serve, when it is told to stop', function () {
  this.timeout(120_000);
  const { serve } = projectFor(helloProject);

  it('is not ready but lives, ends streams and sockets, and loses nothing when it is told twice', async () => {
    const { url, child, done, saw } = await serve();
    const receipt = await fetch(`${url}/workflows/wait`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    const { runId } = (await receipt.json()) as { runId: string };
    const path = `/runs/${encodeURIComponent(runId)}`;
    const stream = await fetch(`${url}${path}/stream`);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/agents/assistant/one`);
    await once(socket, 'message');

    child.kill('SIGTERM');
    await saw('stopping', 'stderr');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).to.equal(1001);
    const text = await stream.text();
    expect(text).to.match(/^retry: \d+\n\n/);
    expect(text).to.include('event: run_start').and.not.include('event: run_end');
    const statusOf = async (at: string): Promise<number> => (await fetch(url + at)).status;
    expect([await statusOf('/ready'), await statusOf('/health')]).to.deep.equal([503, 200]);

    child.kill('SIGTERM');
    expect((await done).exitCode).to.equal(130);

    const again = await serve();
    const record = (await (await fetch(again.url + path)).json()) as { state: string };
    expect(record.state).to.equal('running');
    const last = [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? '';
    const resumed = await fetch(`${again.url}${path}/stream`, { headers: { 'last-event-id': last } });
    const reader = resumed.body?.getReader();
    let seen = '';
    while (!/^id: \d+\n/m.test(seen))
      seen += Buffer.from((await reader?.read())?.value ?? []).toString('utf8');
    expect(/^id: (\d+)$/m.exec(seen)?.[1]).to.equal(String(Number(last) + 1));
    await reader?.cancel();
    again.child.kill('SIGKILL');
  });
});
