/** Longest description of a tool that is taken over, in characters. */
const longest = 8_000;

/** Text of a server for models and people: without control and direction characters, and not endless. */
export function cleanText(text: string): string {
  const clean = text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu, '')
    .replaceAll('\r\n', '\n');
  return clean.length <= longest ? clean : `${clean.slice(0, longest)}…`;
}
