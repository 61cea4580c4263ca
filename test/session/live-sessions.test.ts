import { expect } from 'chai';
import { openMemoryStore } from '../../engine/adapters/store/memory.ts';
import type { Agent } from '../../engine/program/agent.ts';
import { createLiveSessions, type LiveSessions } from '../../engine/session/live-sessions.ts';
import type { SessionPorts } from '../../engine/session/ports.ts';
import { sandboxSpec } from '../adapters/sandbox/open-test-sandbox.ts';
import { gate } from '../engine/kit.ts';

const agent = { name: 'a', sandbox: sandboxSpec(), env: {} } as unknown as Agent;
const address = { agent: 'a', instance: 'x', session: 'default' };

describe('sessions in memory', () => {
  const opened = async (closing: Promise<void>): Promise<{ live: LiveSessions; told: string[] }> => {
    const told: string[] = [];
    const live = createLiveSessions({
      store: openMemoryStore(),
      durable: { count: () => 0 },
      env: {},
      sandboxes: {
        open() {
          told.push('opened');
          return Promise.resolve({
            async close() {
              told.push('closing');
              await closing;
              told.push('closed');
            },
          });
        },
      },
    } as unknown as SessionPorts);
    live.get(address);
    await live.workspace(agent, address).open();
    return { live, told };
  };

  it('who comes while the files of an instance are let go opens them when that is over', async () => {
    const closing = gate();
    const { live, told } = await opened(closing.opened);
    const letGo = live.trim(0);
    live.get(address);
    const again = live.workspace(agent, address).open();
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(told).to.deep.equal(['opened', 'closing']);
    closing.open();
    await Promise.all([letGo, again]);
    expect(told).to.deep.equal(['opened', 'closing', 'closed', 'opened']);
  });

  it('who comes waits for all that is done with what is stored, not only for what was begun last', async () => {
    const [first, last] = [gate(), gate()];
    const { live } = await opened(Promise.resolve());
    const works = [
      live.alone('one', () => first.opened.then(() => true)),
      live.alone('two', () => last.opened.then(() => true)),
    ];
    let isRead = false;
    const read = live
      .get({ ...address, session: 'other' })
      .history()
      .then(() => (isRead = true));
    last.open();
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(isRead).to.equal(false);
    first.open();
    await Promise.all([...works, read]);
    expect(isRead).to.equal(true);
  });

  it('who comes when what was begun last is over waits for what was begun before it', async () => {
    const first = gate();
    const { live } = await opened(Promise.resolve());
    const work = live.alone('one', () => first.opened.then(() => true));
    expect(await live.alone('two', () => Promise.resolve(true))).to.equal(true);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    let isRead = false;
    const read = live
      .get({ ...address, session: 'other' })
      .history()
      .then(() => (isRead = true));
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(isRead).to.equal(false);
    first.open();
    await Promise.all([work, read]);
    expect(isRead).to.equal(true);
  });

  it('work that fails is told to who asked for it, and keeps nobody waiting after it', async () => {
    const { live } = await opened(Promise.resolve());
    const failed = live.alone('one', () => Promise.reject(new Error('no'))).catch((thrown: Error) => thrown);
    expect(await failed).to.have.property('message', 'no');
    expect(await live.alone('two', () => Promise.resolve(true))).to.equal(true);
    await live.get({ ...address, session: 'other' }).history();
  });

  it('files whose place is another one now are opened there when their old place cannot be closed', async () => {
    const closing = Promise.reject(new Error('no'));
    // It is met only later.
    closing.catch(() => undefined);
    const { live, told } = await opened(closing);
    const elsewhere = { ...agent, sandbox: { ...agent.sandbox, hash: 'another' } } as unknown as Agent;
    const workspace = live.workspace(elsewhere, address);
    await workspace.open();
    await workspace.open();
    expect(told).to.deep.equal(['opened', 'closing', 'opened']);
  });
});
