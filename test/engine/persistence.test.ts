import { expect } from 'chai';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../engine/engine.ts';
import { openSqliteStore } from '../../engine/adapters/store/sqlite.ts';
import { projectOf, temporaryFolder } from '../fakes/project.ts';
import { failureOf, linesOf } from './kit.ts';

const project = {
  'engine.yaml': 'model: script/m\nstore: { path: data/engine.sqlite }\n',
  'src/models/m.yaml': 'default: { text: "You said {{text}}" }\n',
  'src/agents/a.md': '---\ndescription: A.\n---\n\nYou are it.\n',
  'src/workflows/w.yaml': 'steps:\n  - { id: ask, agent: a, message: from the run }\n',
};

describe('engine: what stays', () => {
  it('sessions, runs and events are there after the file is opened again', async () => {
    const folder = projectOf(project);
    const first = await createEngine({ project: folder, env: {} });
    await first.agents.session('a', 'x').prompt('one');
    const { runId } = await first.workflows.run('w');
    const before = {
      record: await first.runs.get(runId),
      events: await first.runs.events(runId),
      all: await first.executions({}),
    };
    await first.close();
    const second = await createEngine({ project: folder, env: {} });
    expect({
      record: await second.runs.get(runId),
      events: await second.runs.events(runId),
      all: await second.executions({}),
    }).to.deep.equal(before);
    const session = second.agents.session('a', 'x');
    await session.prompt('two');
    expect(linesOf(await session.history())).to.deep.equal([
      'user: one',
      'assistant: You said one',
      'user: two',
      'assistant: You said two',
    ]);
    await second.close();
    await second.close();
  });

  it('a long history comes back whole and in order', async () => {
    const folder = projectOf(project);
    const first = await createEngine({ project: folder, env: {} });
    for (let at = 0; at < 70; at += 1) await first.agents.session('a', 'x').prompt(`${at}`);
    await first.close();
    const second = await createEngine({ project: folder, env: {} });
    const lines = linesOf(await second.agents.session('a', 'x').history());
    expect(lines).to.deep.equal(
      Array.from({ length: 70 }, (_, at) => [`user: ${at}`, `assistant: You said ${at}`]).flat(),
    );
    await second.close();
  });

  it('a damaged file is refused and left as it was', async () => {
    const folder = projectOf(project);
    const engine = await createEngine({ project: folder, env: {} });
    for (let at = 0; at < 20; at += 1) await engine.agents.session('a', 'x').prompt('x'.repeat(2000));
    await engine.close();
    const path = join(folder, 'data/engine.sqlite');
    const whole = readFileSync(path);
    for (const damage of [
      () =>
        writeFileSync(path, 'this is no database, but a text that somebody put here by mistake'.repeat(100)),
      () => {
        writeFileSync(path, whole);
        truncateSync(path, whole.length - 4096 * 3);
      },
    ]) {
      damage();
      const damaged = readFileSync(path);
      const { type, message } = await failureOf(createEngine({ project: folder, env: {} }));
      expect(type).to.equal('store_corrupt');
      expect(message).to.contain(`the store "${path}" is damaged`);
      expect(readFileSync(path).equals(damaged)).to.equal(true);
    }
    writeFileSync(path, whole);
    const again = await createEngine({ project: folder, env: {} });
    expect(await again.executions({})).to.have.length(20);
    await again.close();
  });

  it('a project with errors does not start and says how many and where the first is', async () => {
    const folder = projectOf({
      ...project,
      'src/agents/b.yaml': 'description: B.\nmodel: nope/x\nskills: [none]\n',
    });
    const failure = await failureOf(createEngine({ project: folder, env: {} }));
    expect(failure.type).to.equal('invalid_project');
    expect(failure.message).to.match(
      /^the project has 2 errors \(src\/agents\/b\.yaml:2: no model provider "nope"/,
    );
  });

  it('a start that fails behind the store lets go of it', async () => {
    const path = join(temporaryFolder(), 'engine.sqlite');
    const store = await openSqliteStore({ path });
    const broken = {
      ...store,
      executions: { ...store.executions, list: () => Promise.reject(new Error('no')) },
    };
    const folder = projectOf(project);
    await createEngine({ project: folder, store: broken, env: {} }).then(
      () => expect.fail('it started'),
      () => undefined,
    );
    await (await openSqliteStore({ path })).close();
  });
});
