import { expect } from 'chai';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineEvent } from '../../../engine/core/event.ts';
import { createEngine } from '../../../engine/engine.ts';
import type { FakeService } from './fake-machines.ts';
import { all, fakeModels, type Answer } from '../../engine/kit.ts';
import { writeFiles } from '../../fakes/project.ts';
import { serveE2b } from './fake-e2b.ts';
import { key } from './subject.ts';

describe('an agent whose sandbox is a service', function () {
  this.timeout(30_000);
  let folder = '';
  let fake: FakeService;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp('/var/tmp/engine-remote-'));
    fake = await serveE2b(key);
    await mkdir(join(folder, 'project'));
    await symlink(
      join(process.env['ENGINE_OPTIONAL'] ?? '', 'node_modules'),
      join(folder, 'project', 'node_modules'),
    );
    writeFiles(join(folder, 'project'), {
      'engine.yaml': 'secrets: { E2B_API_KEY: {}, DESK: {} }\n',
      'src/sandboxes/box.yaml': `type: e2b
workspace: ${folder}/work
write: true
shell: true
service: { url: "${fake.url}", machineUrl: "${fake.url}", image: tools }
env: { DESK: "\${{ secrets.DESK }}" }
`,
      'src/agents/a.md':
        '---\ndescription: An agent.\nmodel: openai/gpt-5\nsandbox: box\ntools: [bash, read, write]\nsecrets: [DESK]\n---\n\nYou work.\n',
    });
  });
  afterEach(async () => {
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  });

  const engineWith = (answers: readonly Answer[]): ReturnType<typeof createEngine> =>
    createEngine({
      project: join(folder, 'project'),
      env: { E2B_API_KEY: key, DESK: 'desk-canary-90c1' },
      ports: { models: fakeModels(answers) },
    });

  it('begins a machine only when a tool needs it, has it again after a restart, and shows no key', async () => {
    const events: EngineEvent[] = [];
    const first = await engineWith([
      'Hello.',
      {
        calls: [
          { tool: 'bash', input: { command: 'echo "Be brief." > AGENTS.md; echo "$DESK"; env | sort' } },
        ],
      },
      'Done.',
    ]);
    const session = first.agents.session('a', 'ada');
    events.push(...(await all(session.stream('Hi'))));
    expect(fake.calls).to.deep.equal([]);
    events.push(...(await all(session.stream('Work'))));
    await first.close();
    expect(
      [...fake.machines.values()].map(({ state, made }) => [
        state,
        (made as { templateID: string }).templateID,
      ]),
    ).to.deep.equal([['asleep', 'tools']]);

    const second = await engineWith([
      { calls: [{ tool: 'read', input: { path: 'AGENTS.md' } }] },
      'It says so.',
      'Yes.',
    ]);
    const again = second.agents.session('a', 'ada');
    events.push(...(await all(again.stream('What does it say?'))));
    expect(JSON.stringify(await again.history())).to.include('Be brief.');
    await second.close();
    expect(fake.machines.size).to.equal(1);

    const kept = await readdir(join(folder, 'project', '.engine'), { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      kept
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    );
    for (const secret of [key, 'desk-canary-90c1']) {
      expect(JSON.stringify(events)).not.to.include(secret);
      expect(files.join()).not.to.include(secret);
    }
  });
});
