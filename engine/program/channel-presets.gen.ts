// Generated from specs/channels/ by `npm run gen`. Do not edit.
import type { ChannelPreset } from './channel-preset.ts';
import type { ChannelScheme } from './channel.ts';

/** What is known of services that send webhooks, by scheme. */
export const channelPresets: Readonly<Record<ChannelScheme, ChannelPreset>> = {
  discord: {
    verify: {
      header: 'x-signature-ed25519',
      algorithm: 'ed25519',
      timestampHeader: 'x-signature-timestamp',
      payload: '{timestamp}{body}',
    },
    dedupe: { key: "default(body.id, '')" },
    handshakes: [{ when: 'default(body.type, 0) == 1', reply: { status: 200, body: { type: 1 } } }],
    ignore: 'default(body.member.user.bot, default(body.user.bot, false))',
    omit: ['token'],
    reply: { status: 200, body: { type: 5 } },
    respond: {
      description: 'Answers the interaction. Everybody who sees it in Discord can read the answer.',
      when: 'has(body.application_id) && has(body.token)',
      api: 'https://discord.com/api/v10',
      maxLength: 2000,
      needsToken: false,
      url: '{api}/webhooks/{{body.application_id}}/{{body.token}}',
      body: { content: '${{ input.text }}', allowed_mentions: { parse: [] } },
    },
  },
  github: {
    verify: { header: 'x-hub-signature-256', prefix: 'sha256=' },
    formJson: 'payload',
    dedupe: { header: 'x-github-delivery' },
    handshakes: [
      {
        when: "default(headers['x-github-event'], '') == 'ping'",
        reply: { status: 200, body: { ok: true } },
      },
    ],
    ignore:
      "default(body.sender.type, '') == 'Bot' || contains(default(body.comment.body, ''), '<!-- engine:reply -->')",
    respond: {
      description:
        'Posts a comment on the issue or pull request that this is about. Whoever can see it can read the comment.',
      when: 'has(body.repository.owner.login) && (has(body.issue.number) || has(body.pull_request.number))',
      api: 'https://api.github.com',
      maxLength: 60000,
      url: '{api}/repos/{{body.repository.owner.login}}/{{body.repository.name}}/issues/{{#if body.issue}}{{body.issue.number}}{{else}}{{body.pull_request.number}}{{/if}}/comments',
      headers: { accept: 'application/vnd.github+json', authorization: "${{ 'Bearer ' + secrets.token }}" },
      body: { body: '${{ input.text + "\\n\\n<!-- engine:reply -->" }}' },
    },
  },
  hmac: { verify: {} },
  linear: {
    verify: { header: 'linear-signature', timestampField: 'webhookTimestamp', tolerance: '1m' },
    dedupe: { header: 'linear-delivery' },
    ignore: "default(body.actor.type, 'user') != 'user'",
    reply: { status: 200 },
    respond: {
      description:
        'Posts a comment on the issue that this is about. Everybody in the Linear workspace can read it.',
      when: "default(body.data.issueId, default(body.type, '') == 'Issue' ? default(body.data.id, '') : '') != ''",
      api: 'https://api.linear.app',
      maxLength: 20000,
      url: '{api}/graphql',
      headers: { authorization: '${{ secrets.token }}' },
      body: {
        query:
          'mutation Reply($issueId: String!, $body: String!) { commentCreate(input: { issueId: $issueId, body: $body }) { success } }',
        variables: { issueId: '${{ default(body.data.issueId, body.data.id) }}', body: '${{ input.text }}' },
      },
      outputSchema: { type: 'object', required: ['data'], not: { required: ['errors'] } },
    },
  },
  notion: {
    verify: { header: 'x-notion-signature', prefix: 'sha256=' },
    dedupe: { key: "default(body.id, '')" },
    handshakes: [
      {
        when: 'has(body.verification_token) && !has(body.type)',
        isUnsigned: true,
        tell: "${{ 'Notion asks to verify the channel with the token ' + body.verification_token + '; it is also its secret from now on' }}",
        reply: { status: 200, body: { ok: true } },
      },
    ],
    ignore:
      "size(default(body.authors, [])) > 0 && body.authors.all(author, default(author.type, '') == 'bot')",
    reply: { status: 200 },
    respond: {
      description:
        'Posts a comment on the page that this is about. Everybody who can see the page can read it.',
      when: "default(body.entity.type, '') == 'page'",
      api: 'https://api.notion.com',
      maxLength: 2000,
      url: '{api}/v1/comments',
      headers: { authorization: "${{ 'Bearer ' + secrets.token }}", 'notion-version': '2022-06-28' },
      body: {
        parent: { page_id: '${{ body.entity.id }}' },
        rich_text: [{ text: { content: '${{ input.text }}' } }],
      },
    },
  },
  slack: {
    verify: {
      header: 'x-slack-signature',
      prefix: 'v0=',
      timestampHeader: 'x-slack-request-timestamp',
      payload: 'v0:{timestamp}:{body}',
    },
    formJson: 'payload',
    dedupe: { key: "default(body.event_id, default(body.trigger_id, ''))" },
    handshakes: [
      {
        when: "default(body.type, '') == 'url_verification'",
        reply: { status: 200, body: { challenge: '${{ body.challenge }}' } },
      },
    ],
    ignore:
      "default(body.event.bot_id, '') != '' || default(body.event.message.bot_id, '') != '' || default(body.event.subtype, '') == 'bot_message'",
    reply: { status: 200, body: '' },
    respond: {
      description:
        'Posts a message in the thread that this came from. Everybody in the Slack channel can read it.',
      when: 'has(body.event.channel) || has(body.channel_id) || has(body.channel.id)',
      api: 'https://slack.com/api',
      maxLength: 12000,
      url: '{api}/chat.postMessage',
      headers: { authorization: "${{ 'Bearer ' + secrets.token }}" },
      body: "${{ has(body.event.ts) ? {'channel': body.event.channel, 'thread_ts': default(body.event.thread_ts, body.event.ts), 'text': input.text} : {'channel': default(body.channel_id, default(body.channel.id, default(body.event.channel, ''))), 'text': input.text} }}",
      outputSchema: { type: 'object', required: ['ok'], properties: { ok: { const: true } } },
    },
  },
  'standard-webhooks': {
    verify: {
      header: 'webhook-signature',
      encoding: 'base64',
      separator: ' ',
      prefix: 'v1,',
      timestampHeader: 'webhook-timestamp',
      idHeader: 'webhook-id',
      payload: '{id}.{timestamp}.{body}',
      secretPrefix: 'whsec_',
    },
    dedupe: { header: 'webhook-id' },
  },
  stripe: {
    verify: {
      header: 'stripe-signature',
      separator: ',',
      prefix: 'v1=',
      timestampPrefix: 't=',
      payload: '{timestamp}.{body}',
    },
    dedupe: { key: "default(body.id, '')" },
    reply: { status: 200, body: { received: true } },
  },
  telegram: {
    verify: { header: 'x-telegram-bot-api-secret-token', algorithm: 'none' },
    dedupe: { key: "string(default(body.update_id, ''))" },
    ignore: 'default(body.message.from.is_bot, false)',
    reply: { status: 200, body: '' },
    respond: {
      description: 'Sends a message to the chat that this came from, as an answer to the message.',
      when: 'has(body.message.chat.id) && has(body.message.message_id)',
      api: 'https://api.telegram.org',
      maxLength: 4096,
      url: '{api}/bot{token}/sendMessage',
      body: {
        chat_id: '${{ body.message.chat.id }}',
        text: '${{ input.text }}',
        reply_parameters: { message_id: '${{ body.message.message_id }}', allow_sending_without_reply: true },
      },
      outputSchema: { type: 'object', required: ['ok'], properties: { ok: { const: true } } },
    },
  },
  twilio: {
    verify: { header: 'x-twilio-signature', algorithm: 'sha1', encoding: 'base64', payload: '{url}{form}' },
    dedupe: { header: 'i-twilio-idempotency-token' },
    reply: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' },
  },
};
