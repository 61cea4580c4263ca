import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import { Problem } from '../../engine/core/problem.ts';
import { closeEngines, engineOf, linesOf, type Answer } from '../engine/kit.ts';

const project = {
  'src/sandboxes/box.yaml': 'type: virtual\nwrite: true\nshell: true\n',
  'src/agents/a.md': '---\ndescription: A.\nmodel: openai/m\nsandbox: box\n---\n\nYou are it.\n',
};

const names = Array.from({ length: 12 }, (_, index) => `f${index}`);

describe('sessions: files that calls side by side change', () => {
  afterEach(closeEngines);

  it('are stored whole when commands make and remove files meanwhile', async () => {
    const store = { ...openMemoryStore(), close: async () => undefined };
    const calls = names.map((name) => ({
      tool: 'bash',
      input: {
        command: `for i in 1 2 3 4 5; do echo x > tmp-${name}-$i; rm tmp-${name}-$i; done; echo ${name} > ${name}; mkdir d-${name}; rmdir d-${name}`,
      },
    }));
    const { engine } = await engineOf(
      project,
      ({ messages }): Answer => (messages.at(-1)?.role === 'tool' ? 'done' : { calls }),
      { store },
    );
    const session = engine.agents.session('a', 'x');
    await session.prompt('Go');
    expect(linesOf(await session.history())[2]).to.not.contain('!');
    await engine.close();
    const again = (await engineOf(project, () => 'ok', { store })).engine.agents.session('a', 'x');
    expect((await again.list()).map(({ path }) => path.replace(/.*\//, ''))).to.have.members(names);
    for (const name of names) expect(await again.readFile(name)).to.equal(`${name}\n`);
  });

  it('are stored with the next change when the store could not take them', async () => {
    const memory = openMemoryStore();
    let isBroken = false;
    const store = {
      ...memory,
      close: async () => undefined,
      documents: {
        ...memory.documents,
        set: (...given: Parameters<typeof memory.documents.set>) =>
          isBroken && given[0] === 'workspaces'
            ? Promise.reject(new Problem('store_unavailable', 'the disk is full'))
            : memory.documents.set(...given),
      },
    };
    const { engine } = await engineOf(project, () => 'ok', { store });
    const session = engine.agents.session('a', 'x');
    await session.writeFile('one.txt', '1');
    isBroken = true;
    await session.writeFile('two.txt', '2').then(
      () => expect.fail('it was taken'),
      (thrown: unknown) => expect((thrown as Problem).code).to.equal('store_unavailable'),
    );
    isBroken = false;
    await session.prompt('Go');
    await engine.close();
    const again = (await engineOf(project, () => 'ok', { store })).engine.agents.session('a', 'x');
    expect(await again.readFile('two.txt')).to.equal('2');
  });
});
