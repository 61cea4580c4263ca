import { expect } from 'chai';
import { packEvent, unpackEvent } from '../../../engine/adapters/store/event-row.ts';
import type { EngineEvent } from '../../../engine/core/event.ts';
import type { Json } from '../../../engine/core/json.ts';
import { noUsage } from '../../../engine/core/message.ts';

const event = {
  v: 1,
  id: 'sub_1#3',
  index: 3,
  timestamp: '2026-11-21T17:01:05.565Z',
  executionId: 'sub_1',
  submissionId: 'sub_1',
  agent: 'a',
  session: 'default',
  turnId: 'turn_1',
  type: 'turn_end',
  data: { model: 'm', text: 'Hi.', finish: 'stop', usage: { ...noUsage, totalTokens: 7 }, toolCalls: 0 },
} as Extract<EngineEvent, { type: 'turn_end' }>;
const back = (given: EngineEvent): EngineEvent =>
  unpackEvent(given.executionId, given.index, JSON.parse(packEvent(given)) as Json);

describe('the row of an event', () => {
  it('is a third of the event, and gives it back', () => {
    expect(packEvent(event)).to.equal(
      '[1,"turn_end",1795280465565,[null,0,"a",null,"default",null,"turn_1"],{"model":"m","text":"Hi.","finish":"stop","usage":[0,0,7,0,0,0],"toolCalls":0}]',
    );
    expect(back(event)).to.deep.equal(event);
  });

  for (const [what, odd] of [
    ['a usage with costs', { ...event, data: { ...event.data, usage: { ...noUsage, costUsd: 0.5 } } }],
    [
      'a usage without a price',
      { ...event, data: { ...event.data, usage: { ...noUsage, unpricedCalls: 2 } } },
    ],
    [
      'a usage with some costs',
      { ...event, data: { ...event.data, usage: { ...noUsage, costUsd: 0.5, unpricedCalls: 2 } } },
    ],
    ['a usage of a later version', { ...event, data: { ...event.data, usage: { ...noUsage, planet: 2 } } }],
    ['a name of a later version', { ...event, planet: 'mars' }],
    ['an id of its own', { ...event, id: 'x' }],
    ['another precision of time', { ...event, timestamp: '2026-11-21T17:01:05Z' }],
    [
      'no scope',
      {
        v: 1,
        id: 'r#1',
        index: 1,
        timestamp: event.timestamp,
        executionId: 'r',
        type: 'log',
        data: { level: 'info', message: '' },
      },
    ],
  ] as const)
    it(`gives back an event with ${what}`, () => {
      expect(back(odd as EngineEvent)).to.deep.equal(odd);
    });

  it('may be a whole event, as it was once stored', () => {
    expect(unpackEvent('sub_1', 3, event as unknown as Json)).to.deep.equal(event);
  });
});
