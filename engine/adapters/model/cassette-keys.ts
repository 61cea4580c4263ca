import { isObject, type Json } from '../../core/json.ts';
import type { Redact } from './cassette-request.ts';

/** The same, and what looks like a key of a well-known kind or stands behind `Bearer` is taken out too, declared or not. */
export function withoutKeys(redact: Redact): Redact {
  const clean = (value: Json): Json => {
    if (typeof value === 'string') return value.replace(keys, '[secret]').replace(bearer, '$1[secret]');
    if (Array.isArray(value)) return value.map(clean);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner)]));
  };
  return (value) => clean(redact(value));
}

/** OpenAI and Anthropic, GitHub, GitLab, Slack, AWS, Google, JSON Web Tokens, private keys. */
const keys = new RegExp(
  [
    String.raw`\bsk-[A-Za-z0-9_-]{16,}`,
    String.raw`\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}`,
    String.raw`\bglpat-[A-Za-z0-9_-]{20,}`,
    String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,}`,
    String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
    String.raw`\bAIza[0-9A-Za-z_-]{35}`,
    String.raw`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
    String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----`,
  ].join('|'),
  'g',
);

const bearer = /\b(bearer\s+)[A-Za-z0-9._~+/-]{16,}=*/gi;
