import { expect } from 'chai';
import fc from 'fast-check';
import { redactor } from '../../engine/journal/index.ts';

const secret = 'p@ss/w?rd "1"+\né';

describe('redaction', () => {
  it('a secret is replaced wherever it stands, as it is and as it is usually encoded', () => {
    const { text } = redactor([secret]);
    expect(text(`a ${secret} b ${secret}`)).to.equal('a [secret] b [secret]');
    expect(text(JSON.stringify({ key: secret }))).to.equal('{"key":"[secret]"}');
    expect(text(`https://x/?k=${encodeURIComponent(secret)}&z=1`)).to.equal('https://x/?k=[secret]&z=1');
    expect(text(new URLSearchParams({ k: secret }).toString())).to.equal('k=[secret]');
    expect(text(`Basic ${Buffer.from(secret).toString('base64')}`)).to.equal('Basic [secret]');
    expect(text(Buffer.from(secret).toString('base64url'))).to.equal('[secret]');
  });

  it('no base64 text that holds the secret keeps more than its edges', () => {
    const { text } = redactor(['hunter2-hunter2']);
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        for (const encoding of ['base64', 'base64url'] as const) {
          expect(text(Buffer.from(`${before}hunter2-hunter2${after}`).toString(encoding))).to.include(
            '[secret]',
          );
        }
      }),
    );
  });

  it('strings and keys of a JSON value are redacted at every depth, and the value stays the same when there is nothing', () => {
    const { json } = redactor(['secret-value', 'other-secret']);
    const clean = { a: ['x', { b: null, c: 1, d: true }] };
    expect(json(clean)).to.equal(clean);
    expect(json({ a: ['x', { 'k other-secret': 'secret-value!' }], n: 1 })).to.deep.equal({
      a: ['x', { 'k [secret]': '[secret]!' }],
      n: 1,
    });
  });

  it('a secret inside another one does not keep the rest of it', () => {
    expect(redactor(['abcdef', 'abcdefghij']).text('xabcdefghijx abcdef')).to.equal('x[secret]x [secret]');
  });

  it('short values and no values change nothing', () => {
    const { text, json } = redactor(['', 'short']);
    const value = { a: 'short' };
    expect(text('short ')).to.equal('short ');
    expect(json(value)).to.equal(value);
  });
});
