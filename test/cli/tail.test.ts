import { expect } from 'chai';
import type { LogPlace, Noted } from '../../engine/cli/logs/log-place.ts';
import { tail } from '../../engine/cli/logs/tail.ts';
import type { EngineEvent } from '../../engine/core/event.ts';
import { Problem } from '../../engine/core/problem.ts';

describe('the tail of what is logged', () => {
  it('goes on with work that is no longer among the newest', async () => {
    const stop = new AbortController();
    const stored = new Map<string, EngineEvent[]>([['sub_old', [logged('sub_old', 1)]]]);
    let newest = 'sub_old';
    const place: LogPlace = {
      list: () => Promise.resolve([noted(newest)]),
      events: (id, { after }) => Promise.resolve((stored.get(id) ?? []).filter(({ index }) => index > after)),
      names: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const seen: string[] = [];
    for await (const { executionId, index } of tail(place, { since: 0 }, stop.signal)) {
      seen.push(`${executionId} ${index}`);
      if (seen.length === 1) {
        newest = 'sub_new';
        stored.get('sub_old')?.push(logged('sub_old', 2));
      } else stop.abort();
    }
    expect(seen).to.deep.equal(['sub_old 1', 'sub_old 2']);
  });

  it('goes on when work that it follows is deleted', async () => {
    const stop = new AbortController();
    let isDeleted = false;
    const place: LogPlace = {
      list: () => Promise.resolve([noted(isDeleted ? 'sub_new' : 'sub_old')]),
      events: (id, { after }) =>
        isDeleted && id === 'sub_old'
          ? Promise.reject(new Problem('submission_not_found', 'no submission "sub_old"'))
          : Promise.resolve([logged(id, 1)].filter(({ index }) => index > after)),
      names: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
    const seen: string[] = [];
    for await (const { executionId } of tail(place, { since: 0 }, stop.signal)) {
      seen.push(executionId);
      isDeleted = true;
      if (seen.length === 2) stop.abort();
    }
    expect(seen).to.deep.equal(['sub_old', 'sub_new']);
  });
});

function noted(id: string): Noted {
  return { id, name: 'echo', kind: 'submission', at: 1, hasEnded: false };
}

function logged(executionId: string, index: number): EngineEvent {
  return {
    type: 'log',
    executionId,
    index,
    timestamp: new Date(index).toISOString(),
    data: { level: 'info', message: 'at work' },
  } as unknown as EngineEvent;
}
