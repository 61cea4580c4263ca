import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineEvent } from '../../engine/core/event.ts';
import { createEngine } from '../../engine/engine.ts';

const project = fileURLToPath(new URL('../../examples/warehouse', import.meta.url));

describe('the example warehouse', function () {
  this.timeout(120_000);
  let api: ChildProcess;
  let url: string;

  before(async () => {
    api = spawn(process.execPath, [join(project, 'api.mjs'), '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: api.stdout as NodeJS.ReadableStream }), 'line')) as [
      string,
    ];
    url = line;
  });
  after(() => api.kill());

  it('looks into an API and a list, and orders what is missing; the key is in no event', async () => {
    const events: EngineEvent[] = [];
    const engine = await createEngine({
      project,
      store: 'memory',
      env: { STOCK_URL: url, STOCK_KEY: 'demo-stock-key' },
      observers: [(event) => void events.push(event)],
    });
    try {
      const { text } = await engine.agents.session('keeper', 'desk').prompt('Are there lamps?');
      expect(text).to.equal(
        'There were too few lamps, so I ordered more: {"order":"o-1","item":"lamp","count":10}',
      );
      const calls = events.flatMap((event) =>
        event.type === 'tool_end' ? [[event.data.tool, event.data.isError, event.data.output]] : [],
      );
      expect(calls).to.deep.equal([
        ['stock__getItem', false, { item: 'lamp', count: 2 }],
        ['sold', false, { sold: 8 }],
        ['stock__orderItem', false, { order: 'o-1', item: 'lamp', count: 10 }],
      ]);
      expect(JSON.stringify(events)).not.to.contain('demo-stock-key');
    } finally {
      await engine.close();
    }
  });
});
