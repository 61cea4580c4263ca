import { expect } from 'chai';
import fc from 'fast-check';
import { isHideable, redactor, withoutCredentials, withoutNamed } from '../../engine/journal/index.ts';

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

  it('in every usual encoding nothing of it is left', () => {
    const { text } = redactor([secret]);
    const bytes = Buffer.from(secret);
    for (const written of [
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      JSON.stringify(JSON.stringify({ k: secret })),
      JSON.stringify(secret).replace('é', '\\u00e9'),
      JSON.stringify(secret).replace('é', '\\u00E9'),
      encodeURI(secret),
      bytes.toString('latin1'),
      'p@ss/w?rd &quot;1&quot;+\né',
    ])
      expect(text(`<${written}>`), written).to.match(/^<[\\"{}k:]*\[secret\][\\"}]*>$/);
    expect(redactor(["it's-a-secret"]).text(`echo 'it'\\''s-a-secret'`)).to.equal(`echo '[secret]'`);
  });

  it('encoded text that is broken into lines holds none of it', () => {
    const long = Array.from({ length: 20 }, (_, at) => `part${at}`).join('-');
    const { text } = redactor([long]);
    for (const encoding of ['base64', 'hex'] as const) {
      const lines =
        Buffer.from(`user:${long}`)
          .toString(encoding)
          .match(/.{1,60}/g) ?? [];
      for (const end of ['\n', '\r\n', '\\n']) {
        const shown = text(`before\n${lines.join(end)}\nafter`);
        expect(shown).to.match(/^before\n.{0,12}\[secret\].{0,4}\nafter$/s);
      }
    }
  });

  it('the lines of a key, the secret texts of a document and the password of an address go alone, too', () => {
    const lines = ['MIIEvQIBADANBgkqhkiG9w0', 'BAQEFAASCBKcwggSjAgEAAo'];
    const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----`;
    const account = JSON.stringify({
      type: 'service_account',
      client_id: '12345678901234567890',
      private_key: pem,
    });
    const address = 'postgres://ann:correct-horse@db.example.com/shop';
    expect(redactor([pem]).text(`one ${lines[1]} -----BEGIN PRIVATE KEY-----`)).to.equal(
      'one [secret] -----BEGIN PRIVATE KEY-----',
    );
    expect(redactor([account]).text(`${pem} ${lines[0]} service_account 12345678901234567890`)).to.equal(
      '[secret] [secret] service_account 12345678901234567890',
    );
    expect(redactor([address]).text('password correct-horse of ann at db.example.com')).to.equal(
      'password [secret] of ann at db.example.com',
    );
  });

  it('a text in pieces is shown without it wherever it is cut, and holds back nothing else', () => {
    const secrets = ['abcdef', 'abcdefghij', 'fgh-0123', secret];
    const { text, stream } = redactor(secrets);
    const part = fc.oneof(fc.constantFrom(...secrets, 'abc', 'abcdefg', 'fgh-', ' '), fc.string());
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(9)), (parts, cuts) => {
        const whole = parts.join('');
        const open = stream();
        let shown = '';
        let rest = whole;
        for (const cut of cuts) {
          shown += open.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        shown += open.push(rest);
        shown += open.end();
        expect(shown).to.equal(text(whole));
      }),
    );
    const open = stream();
    expect([open.push('Hello '), open.push('world, ab'), open.push('c'), open.push('x')]).to.deep.equal([
      'Hello ',
      'world, ',
      '',
      'abcx',
    ]);
  });

  it('values that ordinary text is full of are left alone', () => {
    const short = ['', 'abc', 'test', 'True', '8080', 'localhost'];
    const { text, json, stream } = redactor(short);
    const value = { a: short };
    expect(text(short.join(' '))).to.equal(short.join(' '));
    expect(json(value)).to.equal(value);
    expect(stream().push('abc')).to.equal('abc');
    expect(short.map(isHideable)).to.not.include(true);
    expect(redactor(['tea7']).text('a tea7')).to.equal('a [secret]');
  });
});

describe('what is secret by its name', () => {
  it('is left out of what is told, declared or not', () => {
    expect(
      withoutNamed({
        headers: { Authorization: 'Bearer abc', 'x-api-key': ['k1', 'k2'], 'content-type': 'text/plain' },
        user: { name: 'ann', password: 'p', access_token: 't', pageToken: 'next', tokens: 7, token: 12 },
        curl: 'curl -H "Authorization: token ghx" -H "Cookie: a=b; c=d" https://ann:pw@x.example.com/',
        error: 'refused: Bearer abcdefgh1234 is over',
      }),
    ).to.deep.equal({
      headers: {
        Authorization: '[secret]',
        'x-api-key': ['[secret]', '[secret]'],
        'content-type': 'text/plain',
      },
      user: {
        name: 'ann',
        password: '[secret]',
        access_token: '[secret]',
        pageToken: 'next',
        tokens: 7,
        token: 12,
      },
      curl: 'curl -H "Authorization: [secret]" -H "Cookie: [secret]" https://ann:[secret]@x.example.com/',
      error: 'refused: Bearer [secret] is over',
    });
    const clean = { level: 'info', message: 'The token was used.', fields: { count: 2, list: ['a'] } };
    expect(withoutNamed(clean)).to.equal(clean);
  });

  it('is left out of what a model is shown where nothing can need it', () => {
    const output = {
      'set-cookie': 's=1',
      apiKey: 'k',
      token: 'page-2',
      next: { cursor: 'c' },
      text: 'Basic rules apply',
    };
    expect(withoutCredentials(output)).to.deep.equal({
      ...output,
      'set-cookie': '[secret]',
      apiKey: '[secret]',
    });
  });
});
