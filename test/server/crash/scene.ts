import { expect } from 'chai';
import { join } from 'node:path';
import { projectOf, writeFiles } from '../../fakes/project.ts';
import { randomOf } from '../../engine/kills/random.ts';
import { callerOf, type Caller } from './caller.ts';
import { judge, type Seen } from './judge.ts';
import { ledgerOf, type Ledger } from './ledger.ts';
import { outside, secret, type Outside } from './outside.ts';
import { chaosProject } from './project.ts';
import { subjectOf, type Life, type Subject } from './subject.ts';
import { sendTraffic, type Sent } from './traffic.ts';
import { within } from './within.ts';

/** Milliseconds that a server may take to begin, to end, or to do a thing that is waited for: a hundred times what it needs. */
const patienceMs = 60_000;

/** Milliseconds after which a moment has come though not as much has happened as it was to: all may wait for a disk. */
const quietMs = 5_000;

/** Milliseconds that traffic and work may take to come to their end. */
const finishMs = 300_000;

/** When a life ends. */
export interface Strike {
  /** After at most so many things have happened since it began to serve, or some seconds when nothing comes; default 150. */
  readonly most?: number;
  /** After so many milliseconds in place of that, serving or not. */
  readonly afterMs?: number;
  /** Called when it is dead, before anybody looks at the store. */
  onDeath?(): void;
}

/** How a scene differs from others. */
export interface Setting {
  /** Kinds of traffic that it is without. */
  readonly without?: readonly string[];
  /** False when the clock of its server goes wrong. */
  readonly isOnTime?: boolean;
  /** False when its store refuses what it is given now and then. */
  readonly isStoreSound?: boolean;
  /** Called with the folder of the project, before its server begins. */
  prepare?(folder: string): void;
}

/** A server over one store, with everything around it, and traffic that goes on through its lives. */
export interface Scene {
  readonly folder: string;
  readonly subject: Subject;
  readonly around: Outside;
  readonly caller: Caller;
  readonly ledger: Ledger;
  readonly random: () => number;
  /** Ends the life that is after some things more have happened, by a signal; then looks at the store. */
  strike(signal: 'SIGKILL' | 'SIGTERM', how?: Strike): Promise<{ readonly isMidway: boolean }>;
  /** Writes another version of all specs, for the next life. */
  deploy(): void;
  /** Lets traffic and work come to their end in a last life, and judges all of it. */
  finish(): Promise<Seen & { readonly done: Sent['done']; readonly lost: number }>;
  /** What is under way, and what the server said last, for whoever wants to know why nothing comes of it. */
  state(): string;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** Begins a scene; `seed` decides its moments. */
export async function sceneOf(
  seed: number,
  lanes: number,
  { without = [], isOnTime = true, isStoreSound = true, prepare }: Setting = {},
): Promise<Scene> {
  const random = randomOf(seed);
  const around = await outside(randomOf(seed + 1));
  let version = 1;
  const folder = projectOf(chaosProject(around.url, 'v1', secret));
  prepare?.(folder);
  const subject = subjectOf(folder, { HOOK: secret, OUTSIDE: around.url });
  const caller = callerOf(subject, () => around.note());
  const ledger = ledgerOf(join(folder, '.engine/data/engine.sqlite'), around.effects);
  let goesOn = true;
  const sent: Sent = { accepted: [], done: {}, open: new Set() };
  const traffic = sendTraffic(caller, lanes, sent, { goesOn: () => goesOn, without });
  // It is looked at in the end, or by whoever waits for something else.
  traffic.catch(() => undefined);
  let fail: (thrown: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  traffic.catch(fail);
  const approving = new Set<Promise<unknown>>();
  around.onTold = ({ body }) => {
    const { approvalId } = body['data'] as { approvalId?: string };
    if (approvalId === undefined) return;
    const answer = caller.ask({
      path: `/approvals/${encodeURIComponent(approvalId)}`,
      body: { decision: 'approved', by: 'ada' },
    });
    // It was answered before: the callback came again, or the answer to the answer did not come.
    const checked = answer.then(({ status, body: said }) => {
      if (![200, 204, 404, 409].includes(status))
        fail(new Error(`${approvalId}: ${status} ${JSON.stringify(said)}`));
      approving.delete(checked);
    });
    approving.add(checked);
  };

  /** The life that is, once it serves; fails when it ends by itself. */
  async function up(life: Life = subject.life): Promise<void> {
    const url = await within(patienceMs, `life ${life.number} to serve:`, life.up, life.said);
    expect(url, `life ${life.number} did not begin to serve: ${life.said()}`).not.to.equal(undefined);
  }

  /** How a life ends that was told to. */
  const endOf = (life: Life): Life['ended'] =>
    within(patienceMs, `life ${life.number} to end:`, life.ended, life.said);

  const scene: Scene = {
    ...{ folder, subject, around, caller, ledger, random },
    async strike(signal, { most = 150, afterMs, onDeath } = {}) {
      const { life } = subject;
      const moment = async (): Promise<void> => {
        if (afterMs !== undefined) return new Promise((resolve) => setTimeout(resolve, afterMs));
        await up(life);
        await around.happened(Math.floor(random() * most), quietMs);
      };
      await Promise.race([moment(), life.ended, failed]);
      life.child.kill(signal);
      const { code, signal: by } = await endOf(life);
      // A server that did not serve yet dies of a signal to stop, as any process.
      if (by !== signal) expect(code, `life ${life.number}: ${life.said()}`).to.equal(0);
      onDeath?.();
      const isMidway = await ledger.look();
      return { isMidway };
    },
    deploy() {
      version += 1;
      writeFiles(folder, chaosProject(around.url, `v${version}`, secret));
    },
    async finish() {
      goesOn = false;
      await Promise.race([up(), failed]);
      await within(finishMs, 'traffic to come to its end:', traffic, scene.state);
      const { done, accepted } = sent;
      await within(patienceMs, 'answers to approvals:', Promise.all(approving), scene.state);
      subject.life.child.kill('SIGTERM');
      expect((await endOf(subject.life)).code, subject.life.said()).to.equal(0);
      // Time begins nothing any more.
      writeFiles(folder, {
        'src/schedules/tick.yaml': { cron: '@yearly', workflow: 'tick', input: { at: 'never' } },
      });
      subject.start();
      await up();
      for (const path of [
        '/admin/executions?state=queued,running,waiting',
        '/callbacks?state=queued,waiting',
      ])
        await within(finishMs, `${path} to be empty:`, untilEmpty(path), scene.state);
      const seen = await within(
        finishMs,
        'the judgement:',
        judge(caller, accepted, around, { isOnTime, isStoreSound }),
      );
      subject.life.child.kill('SIGTERM');
      expect((await endOf(subject.life)).code, subject.life.said()).to.equal(0);
      expect(await ledger.look(), 'something is unfinished').to.equal(false);
      ledger.judge(isStoreSound);
      return { ...seen, done, lost: caller.lost };
    },
    state: () => `under way: ${[...sent.open].join(' ')}\n${subject.life.number}: ${subject.life.said()}`,
    async close() {
      goesOn = false;
      await within(patienceMs, 'all lives to end', subject.kill());
      around.close();
    },
  };

  async function untilEmpty(path: string): Promise<void> {
    for (;;) {
      const { status, body } = await caller.ask({ method: 'GET', path });
      expect(status, path).to.equal(200);
      if (Object.values(body).some((list) => Array.isArray(list) && list.length === 0)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return scene;
}
