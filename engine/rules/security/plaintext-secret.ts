import { linesOf } from '../../source/index.ts';
import type { Rule } from '../rule.ts';

/** Forms that only real keys have, by whose they are. */
const forms: readonly (readonly [owner: string, form: RegExp])[] = [
  ['a key of Anthropic', /(?<![\w-])sk-ant-[\w-]{20,}/g],
  ['a key of OpenAI', /(?<![\w-])sk-(?!ant-)(?:proj-|svcacct-)?[\w-]{20,}/g],
  ['a token of GitHub', /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/g],
  ['a token of GitLab', /(?<!\w)glpat-[\w-]{20,}/g],
  ['a key of AWS', /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g],
  ['a token of Slack', /(?<!\w)xox[abeoprs]-[\w-]{10,}/g],
  ['a key of Google', /(?<!\w)AIza[\w-]{35}(?![\w-])/g],
  ['a key of Stripe', /(?<!\w)[rs]k_live_[A-Za-z0-9]{20,}/g],
  ['a token of npm', /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g],
  ['a token of Hugging Face', /(?<!\w)hf_[A-Za-z0-9]{30,}/g],
  [
    'a private key',
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\n)+[A-Za-z0-9+/=\s\\]{20,}(?:-----END)?/g,
  ],
];

/** A key that is written into a file is read by everybody who reads the file. The finding never repeats it. */
export const plaintextSecret: Rule = {
  id: 'security/plaintext-secret',
  level: 'error',
  always: true,
  check({ sources }, report) {
    for (const { file, text, files } of sources) {
      const folder = file.slice(0, file.lastIndexOf('/') + 1);
      const beside = Object.entries(files ?? {}).map(([name, content]) => [folder + name, content] as const);
      for (const [name, content] of [[file, text] as const, ...beside]) {
        for (const { owner, start, end } of secretsIn(content)) {
          report(
            { file: name, range: linesOf(content).rangeOf(start, end) },
            `this looks like ${owner}; take it out of the file (and revoke it), declare it under "secrets" in the config and read it as "secrets.NAME"`,
          );
        }
      }
    }
  },
};

function secretsIn(text: string): { owner: string; start: number; end: number }[] {
  return forms.flatMap(([owner, form]) =>
    [...text.matchAll(form)]
      .filter(([found]) => owner === 'a private key' || isRandom(found))
      .map((match) => ({ owner, start: match.index, end: match.index + match[0].length })),
  );
}

/** Examples in texts repeat a letter, spell a word, or have no digits. */
function isRandom(found: string): boolean {
  return (
    /[0-9]/.test(found) &&
    /[A-Z]/.test(found.slice(4) + (found.startsWith('xox') ? 'A' : '')) &&
    new Set(found).size >= 12 &&
    !/example|placeholder|dummy|your|fake|redacted|x{4}|\*{3}|0{6}|123456/i.test(found)
  );
}
