import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { Engine } from '../../engine/api.ts';
import { arrivedOf } from '../../engine/channels/arrived.ts';
import { checkSignature } from '../../engine/channels/signature.ts';
import type { ChannelVerify } from '../../engine/program/channel.ts';
import { services, type Service } from './sign.ts';
import { signedByGitHub, signedByStripe } from './signers.mjs';
import { projectWith, sent, startAt } from './world.ts';

const now = 1_700_000_000;
const body = '{"id": "evt_1",  "text": "Käse \\u00e4"}';

/** The body with one bit of its last text turned. */
const turned = (text: string): string => text.replace('evt_1', 'evt_0');

async function start({ scheme, secret, more = '' }: Service, seconds = now): Promise<Engine> {
  return startAt(
    seconds,
    projectWith({ 'src/channels/hook.yaml': `agent: clerk\nscheme: ${scheme}\nsecret: HOOK\n${more}` }),
    { HOOK: secret },
  );
}

for (const service of services) {
  describe(`channel signatures: ${service.scheme}`, () => {
    let engine: Engine;
    const good = service.sign(body, now);
    const signature = good.headers[service.header] ?? '';
    const withSignature = (text: string | readonly string[]): Record<string, string | readonly string[]> => ({
      ...good.headers,
      [service.header]: text,
    });
    before(async () => {
      engine = await start(service);
    });
    after(() => engine.close());

    it('a delivery that is signed right is taken', async () => {
      expect(await sent(engine, 'hook', good)).to.equal('accepted');
    });

    if (service.header !== 'x-telegram-bot-api-secret-token') {
      it('one changed letter of the body, or the same JSON written anew, is refused', async () => {
        const isForm = service.scheme === 'twilio';
        const anew = isForm
          ? good.body.replace('evt_1', 'evt_1 ')
          : JSON.stringify(JSON.parse(good.body), null, 1);
        for (const changed of [turned(good.body), anew, '', `${good.body} `])
          expect(await sent(engine, 'hook', { ...good, body: changed }), changed).to.equal('unauthorized');
      });
    }

    it('the signature of another secret is refused', async () => {
      expect(await sent(engine, 'hook', service.sign(body, now, 'another secret'))).to.equal('unauthorized');
    });

    it('broken signatures are refused and nothing worse', async () => {
      const { [service.header]: _none, ...without } = good.headers;
      expect(await sent(engine, 'hook', { ...good, headers: without })).to.equal('unauthorized');
      const broken = [
        ...['', ' ', 'sha256=', 'v1,', 'v0=', 't=,v1=', 'not a signature', 'sha256=zz', '\u0000', 'v1=é'],
        ...[
          signature.toUpperCase(),
          signature.slice(0, -2),
          `${signature}00`,
          `x${signature}`,
          signature.slice(1),
        ],
        ...[signature.replace('sha256=', 'sha1='), signature.replace('v1', 'v2').replace('v0=', 'v9=')],
        'a'.repeat(20_000),
        Array.from({ length: 50 }, () => 'v1,AAAA').join(' '),
      ].filter((text) => text !== signature);
      for (const text of broken)
        expect(
          await sent(engine, 'hook', { ...good, headers: withSignature(text) }),
          text.slice(0, 90),
        ).to.equal('unauthorized');
      const twice = withSignature([signature, signature]);
      expect(await sent(engine, 'hook', { ...good, headers: twice })).to.equal('unauthorized');
    });

    if (service.isTimed)
      it('an old delivery is refused, one from the future too, and a changed time', async () => {
        for (const seconds of [now - 3600, now + 3600, now - 301])
          expect(await sent(engine, 'hook', service.sign(body, seconds))).to.equal('unauthorized');
        expect(await sent(engine, 'hook', service.sign(body, now - 50))).not.to.equal('unauthorized');
        const moved = Object.fromEntries(
          Object.entries(good.headers).map(([name, value]) => [
            name,
            value.replaceAll(String(now), String(now + 1)),
          ]),
        );
        const movedBody = good.body.replace(String(now * 1000), String(now * 1000 + 1));
        expect(await sent(engine, 'hook', { headers: moved, body: movedBody })).to.equal('unauthorized');
        for (const time of ['', 'soon', '-1', '1e9', `${now}.5`, '9'.repeat(30)]) {
          const odd = Object.fromEntries(
            Object.entries(good.headers).map(([name, value]) => [name, value.replaceAll(String(now), time)]),
          );
          if (odd[service.header] !== signature || Object.values(odd).includes(time))
            expect(await sent(engine, 'hook', { ...good, headers: odd }), time).to.equal('unauthorized');
        }
      });
  });
}

describe('channel signatures: what services publish', () => {
  it('GitHub', async () => {
    const engine = await start({ ...byScheme('github'), secret: "It's a Secret to Everybody" });
    const headers = {
      'content-type': 'text/plain',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(await sent(engine, 'hook', { headers, body: 'Hello, World!' })).to.equal('accepted');
    expect(await sent(engine, 'hook', { headers, body: 'Hello, World?' })).to.equal('unauthorized');
    await engine.close();
  });

  it('Slack', async () => {
    const engine = await start(
      { ...byScheme('slack'), secret: '8f742231b10e8888abcd99yyyzzz85a5' },
      1_531_420_618,
    );
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const command =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    expect(await sent(engine, 'hook', { headers, body: command })).to.equal('accepted');
    await engine.close();
  });

  it('Twilio, whose address has a query', async () => {
    const twilio = { ...byScheme('twilio'), more: "verify: { url: 'https://mycompany.com/myapp.php' }\n" };
    const engine = await start({ ...twilio, secret: '12345' });
    const fields = {
      ...{ CallSid: 'CA1234567890ABCDE', Caller: '+14158675309', Digits: '1234' },
      ...{ From: '+14158675309', To: '+18005551212' },
    };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    };
    const form = new URLSearchParams(fields).toString();
    expect(await sent(engine, 'hook', { headers, body: form }, 'foo=1&bar=2')).to.equal('accepted');
    expect(await sent(engine, 'hook', { headers, body: form }, 'foo=1')).to.equal('unauthorized');
    const asJson = { ...headers, 'content-type': 'application/json' };
    expect(await sent(engine, 'hook', { headers: asJson, body: form }, 'foo=1&bar=2')).to.equal(
      'unauthorized',
    );
    // Of a body that is no form the hash is in the address.
    const body = '{"property": "value", "boolean": true}';
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const query = `foo=1&bar=2&bodySHA256=${hash}`;
    const hashed = {
      'content-type': 'application/json',
      'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=',
    };
    expect(await sent(engine, 'hook', { headers: hashed, body }, query)).to.equal('accepted');
    const other = body.replace('true', 'false');
    expect(await sent(engine, 'hook', { headers: hashed, body: other }, query)).to.equal('unauthorized');
    await engine.close();
  });

  it('of Twilio, whose hash of a body is taken from the address only where the address is signed', () => {
    const bytes = Buffer.from('{"a":1}');
    const hash = createHash('sha256').update(bytes).digest('hex');
    const query = `bodySHA256=${hash}`;
    const url = `https://hooks.example.com/channels/hook?${query}`;
    const check = (payload: string, signed: string): string => {
      const headers = { 'content-type': 'application/json', 'x-signature': macOf(signed) };
      const arrived = arrivedOf({ headers, body: bytes, query }, undefined);
      return checkSignature({ ...byForm, payload }, ['secret'], arrived, { url, now: 0 });
    };
    expect(check('{url}{form}', url)).to.match(/^[0-9a-f]{64}$/);
    expect(() => check('{form}', '')).to.throw('the body is no form, which is what is signed');
    expect(() => check('v1{form}', 'v1')).to.throw('the body is no form, which is what is signed');
  });

  it('Standard Webhooks', async () => {
    const engine = await start(
      { ...byScheme('standard-webhooks'), secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      1_614_265_330,
    );
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature':
        'v1,bm9ldHU5eTQ0ODNlYWE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,other',
    };
    expect(await sent(engine, 'hook', { headers, body: '{"test": 2432232314}' })).to.equal('accepted');
    await engine.close();
  });
});

describe('channel signatures: what the libraries of services sign', () => {
  it('GitHub', async () => {
    const engine = await start(byScheme('github'));
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': await signedByGitHub('github secret', body),
    };
    expect(await sent(engine, 'hook', { headers, body })).to.equal('accepted');
    await engine.close();
  });

  it('Stripe', async () => {
    const engine = await start(byScheme('stripe'));
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': await signedByStripe('whsec_stripe', body, now),
    };
    expect(await sent(engine, 'hook', { headers, body })).to.equal('accepted');
    await engine.close();
  });

  it('Standard Webhooks', async () => {
    const service = byScheme('standard-webhooks');
    const engine = await start(service);
    const header = new Webhook(service.secret).sign('msg_2', new Date(now * 1000), body);
    const headers = {
      ...{ 'content-type': 'application/json', 'webhook-id': 'msg_2' },
      ...{ 'webhook-timestamp': String(now), 'webhook-signature': header },
    };
    expect(await sent(engine, 'hook', { headers, body })).to.equal('accepted');
    await engine.close();
  });
});

describe('channel secrets', () => {
  it('of several any may fit', async () => {
    const github = byScheme('github');
    const engine = await startAt(
      now,
      projectWith({ 'src/channels/hook.yaml': 'agent: clerk\nscheme: github\nsecret: [HOOK, OLD]\n' }),
      { HOOK: 'new', OLD: 'old' },
    );
    for (const secret of ['new', 'old'])
      expect(await sent(engine, 'hook', github.sign(body, now, secret))).to.equal('accepted');
    expect(await sent(engine, 'hook', github.sign(body, now, 'older'))).to.equal('unauthorized');
    await engine.close();
  });

  it('that are not set, empty or of the wrong form let no channel start', async () => {
    for (const [scheme, env, what] of [
      ['github', {}, 'is not set'],
      ['github', { HOOK: '' }, 'is not set'],
      ['discord', { HOOK: 'abc' }, 'must be the public key: 64 hex digits'],
      ['standard-webhooks', { HOOK: 'whsec_***' }, 'must be base64, behind "whsec_"'],
    ] as const) {
      const engine = await startAt(
        now,
        projectWith({ 'src/channels/hook.yaml': `agent: clerk\nscheme: ${scheme}\nsecret: HOOK\n` }),
        env,
      );
      expect(() => engine.channels.check()).to.throw(
        `channel "hook" cannot check who sends: the secret "HOOK" ${what}`,
      );
      const forged = byScheme(scheme).sign(body, now, '');
      expect(await sent(engine, 'hook', forged)).to.equal('missing_secret');
      await engine.close();
    }
  });
});

/** What signs a form. */
const byForm: Omit<ChannelVerify, 'payload'> = {
  ...{ header: 'x-signature', algorithm: 'sha256', encoding: 'hex', prefix: '', separator: undefined },
  ...{ timestampHeader: undefined, timestampPrefix: undefined, timestampField: undefined },
  ...{ toleranceMs: 0, idHeader: undefined, url: undefined, secretPrefix: undefined },
};

function macOf(signed: string): string {
  return createHmac('sha256', 'secret').update(signed).digest('hex');
}

function byScheme(scheme: string): Service {
  const found = services.find((service) => service.scheme === scheme);
  if (found === undefined) throw new Error(scheme);
  return found;
}
