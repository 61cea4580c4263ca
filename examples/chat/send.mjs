// Sends a signed delivery to a served channel, as GitHub would: node send.mjs <url> <secret> [text of a comment]
import { createHmac, randomUUID } from 'node:crypto';

const [url, secret, comment] = process.argv.slice(2);
if (url === undefined || secret === undefined)
  throw new Error('node send.mjs <url> <secret> [text of a comment]');

const user = { login: 'ann', type: 'User' };
const body = JSON.stringify({
  action: comment === undefined ? 'opened' : 'created',
  issue: { number: 7, title: 'It stops at 100 %', body: 'The import never ends.', user },
  ...(comment === undefined ? {} : { comment: { body: comment, user } }),
  repository: { name: 'lib', full_name: 'ann/lib', owner: { login: 'ann' } },
  sender: user,
});
const response = await fetch(url, {
  method: 'POST',
  body,
  headers: {
    'content-type': 'application/json',
    'x-github-event': comment === undefined ? 'issues' : 'issue_comment',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  },
});
process.stdout.write(`${response.status} ${await response.text()}\n`);
