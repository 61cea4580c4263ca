import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';

/** A delivery as a test sends it. */
export interface Signed {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** How each service signs: a project's channel, its secret, and a delivery at a time in seconds. */
export interface Service {
  readonly scheme: string;
  readonly secret: string;
  /** More of the channel. */
  readonly more?: string;
  /** Header with the signature. */
  readonly header: string;
  /** Whether old deliveries are refused. */
  readonly isTimed: boolean;
  sign(body: string, seconds: number, secret?: string): Signed;
}

const json = { 'content-type': 'application/json' };
const hmac = (algorithm: string, key: string | Buffer, text: string, encoding: 'hex' | 'base64'): string =>
  createHmac(algorithm, key).update(text).digest(encoding);

const discordKeys = generateKeyPairSync('ed25519');
const discordPublic = discordKeys.publicKey
  .export({ format: 'der', type: 'spki' })
  .subarray(12)
  .toString('hex');
const otherKeys = generateKeyPairSync('ed25519');

/** Every service, by scheme. */
export const services: readonly Service[] = [
  {
    scheme: 'github',
    secret: 'github secret',
    header: 'x-hub-signature-256',
    isTimed: false,
    sign: (body, _seconds, secret = 'github secret') => ({
      body,
      headers: {
        ...json,
        'x-github-event': 'issues',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${hmac('sha256', secret, body, 'hex')}`,
      },
    }),
  },
  {
    scheme: 'slack',
    secret: 'slack secret',
    header: 'x-slack-signature',
    isTimed: true,
    sign: (body, seconds, secret = 'slack secret') => ({
      body,
      headers: {
        ...json,
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': `v0=${hmac('sha256', secret, `v0:${seconds}:${body}`, 'hex')}`,
      },
    }),
  },
  {
    scheme: 'stripe',
    secret: 'whsec_stripe',
    header: 'stripe-signature',
    isTimed: true,
    sign: (body, seconds, secret = 'whsec_stripe') => ({
      body,
      headers: {
        ...json,
        'stripe-signature': `t=${seconds},v0=00,v1=${hmac('sha256', secret, `${seconds}.${body}`, 'hex')}`,
      },
    }),
  },
  {
    scheme: 'discord',
    secret: discordPublic,
    header: 'x-signature-ed25519',
    isTimed: true,
    sign: (body, seconds, secret) => ({
      body,
      headers: {
        ...json,
        'x-signature-timestamp': String(seconds),
        'x-signature-ed25519': signWith(
          null,
          Buffer.from(`${seconds}${body}`),
          secret === undefined ? discordKeys.privateKey : otherKeys.privateKey,
        ).toString('hex'),
      },
    }),
  },
  {
    scheme: 'telegram',
    secret: 'telegram-secret_1',
    header: 'x-telegram-bot-api-secret-token',
    isTimed: false,
    sign: (body, _seconds, secret = 'telegram-secret_1') => ({
      body,
      headers: { ...json, 'x-telegram-bot-api-secret-token': secret },
    }),
  },
  {
    scheme: 'linear',
    secret: 'linear secret',
    header: 'linear-signature',
    isTimed: true,
    sign(text, seconds, secret = 'linear secret') {
      const body = JSON.stringify({ ...(JSON.parse(text) as object), webhookTimestamp: seconds * 1000 });
      return {
        body,
        headers: {
          ...json,
          'linear-delivery': '234d1a4e-b617-4388-90fe-adc3633d6b72',
          'linear-signature': hmac('sha256', secret, body, 'hex'),
        },
      };
    },
  },
  {
    scheme: 'notion',
    secret: 'secret_notion',
    header: 'x-notion-signature',
    isTimed: false,
    sign: (body, _seconds, secret = 'secret_notion') => ({
      body,
      headers: { ...json, 'x-notion-signature': `sha256=${hmac('sha256', secret, body, 'hex')}` },
    }),
  },
  {
    scheme: 'twilio',
    secret: 'twilio token',
    more: "verify: { url: 'https://bots.example.com/channels/twilio' }\n",
    header: 'x-twilio-signature',
    isTimed: false,
    sign(text, _seconds, secret = 'twilio token') {
      const fields = Object.entries(JSON.parse(text) as Record<string, string>).sort();
      const signed = fields.flat().join('');
      return {
        body: new URLSearchParams(fields).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': hmac(
            'sha1',
            secret,
            `https://bots.example.com/channels/twilio${signed}`,
            'base64',
          ),
        },
      };
    },
  },
  {
    scheme: 'standard-webhooks',
    secret: `whsec_${Buffer.from('standard secret').toString('base64')}`,
    header: 'webhook-signature',
    isTimed: true,
    sign: (body, seconds, secret) => ({
      body,
      headers: {
        ...json,
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${hmac('sha256', secret ?? 'standard secret', `msg_1.${seconds}.${body}`, 'base64')}`,
      },
    }),
  },
  {
    scheme: 'hmac',
    secret: 'own secret',
    more: 'verify: { header: x-signature, algorithm: sha512, encoding: base64, timestampHeader: x-time }\n',
    header: 'x-signature',
    isTimed: true,
    sign: (body, seconds, secret = 'own secret') => ({
      body,
      headers: {
        ...json,
        'x-time': String(seconds),
        'x-signature': hmac('sha512', secret, `${seconds}.${body}`, 'base64'),
      },
    }),
  },
];
