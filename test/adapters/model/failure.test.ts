import { APICallError } from '@ai-sdk/provider';
import { expect } from 'chai';
import { readFailure } from '../../../engine/adapters/model/failure.ts';

const context = {
  model: 'local/fake',
  provider: 'local',
  secrets: [],
  now: Date.parse('2026-11-21T12:00:00Z'),
};

describe('the wait a provider asks for', () => {
  const asked: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:20 GMT' }, 20_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ];
  for (const [headers, waitMs] of asked) {
    it(`${JSON.stringify(headers)} is ${waitMs ?? 'not said'}`, () => {
      const thrown = new APICallError({
        message: 'busy',
        url: 'http://127.0.0.1/',
        requestBodyValues: {},
        statusCode: 429,
        responseHeaders: headers,
      });
      expect(readFailure(thrown, context).retryAfterMs).to.equal(waitMs);
    });
  }
});
