/** How the value of a secret may be written. */
export interface SecretForms {
  /** As it is, quoted, escaped, encoded. */
  readonly plain: readonly string[];
  /** Encodings in letters and digits, which programs break into lines. */
  readonly wrapped: readonly string[];
}

/** Whether a value can be told from ordinary text: of at least four characters, and no common word or small number. */
export function isHideable(value: string): boolean {
  return value.length >= 4 && !common.has(value.toLowerCase()) && !/^\d{1,5}$/.test(value);
}

/** Fewer characters of an encoding stand in images and other encoded files by chance. */
const shortestEncoded = 7;

const common = new Set(
  (
    'true false null none undefined test testing tests demo example local localhost secret secrets password token changeme ' +
    'default admin root user guest dummy string value name text data json http https prod production staging development ' +
    'enabled disabled empty unset todo ollama'
  ).split(' '),
);

/**
 * A secret, and what of it is secret alone: the long lines of a key, the texts of a JSON document such as the account of a service, the
 * password in an address, the key behind the prefix of a secret that signs webhooks.
 */
export function partsOf(secret: string): readonly string[] {
  const parts = [
    secret,
    ...secret.split(/\r?\n/).filter((line) => line.length >= longPart),
    ...passwordOf(secret),
    ...(secret.startsWith('whsec_') ? [secret.slice('whsec_'.length)] : []),
  ];
  if (secret.trimStart().startsWith('{'))
    parts.push(...textsIn(secret).filter((text) => text.length >= longPart));
  return parts.filter(
    (part, at) => at === 0 || (isHideable(part) && !/^-----.*-----$|^https?:\/\/[^@]*$/.test(part)),
  );
}

const longPart = 16;

function passwordOf(secret: string): string[] {
  const [, password = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(secret) ?? [];
  return password.length < 8 ? [] : [password];
}

function textsIn(json: string): string[] {
  const texts: string[] = [];
  try {
    JSON.parse(json, (key, value: unknown) => {
      if (typeof value === 'string' && /key|secret|token|password/i.test(key))
        texts.push(value, ...value.split('\n'));
    });
  } catch {
    // It only looked like one.
  }
  return texts;
}

/** Every way a secret is written that is looked for. */
export function formsOf(secret: string): SecretForms {
  const bytes = Buffer.from(secret);
  const quoted = JSON.stringify(secret).slice(1, -1);
  const inUrl = encodeURIComponent(secret.toWellFormed());
  const hex = bytes.toString('hex');
  return {
    plain: [
      secret,
      // Bytes that were read as Latin-1.
      bytes.toString('latin1'),
      quoted,
      JSON.stringify(quoted).slice(1, -1),
      asciiOf(quoted),
      asciiOf(quoted, (hex) => hex.toUpperCase()),
      inUrl,
      lowerCased(inUrl),
      encodeURI(secret.toWellFormed()),
      strictlyEncoded(inUrl),
      new URLSearchParams([['', secret]]).toString().slice(1),
      inHtml(secret),
      secret.replaceAll("'", `'\\''`),
    ],
    wrapped: [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ...base64Forms(bytes),
      hex,
      hex.toUpperCase(),
    ].filter((form) => form.length >= shortestEncoded),
  };
}

/**
 * Base64 writes three bytes as four characters, so a secret inside a longer text has three spellings, by its place modulo three.
 * Only the characters that hold nothing but the secret are kept: its neighbours change the first and last one.
 */
function base64Forms(secret: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + secret.length) * 8) / 6);
    const certain = encoded.slice(first, end);
    return [certain, certain.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** JSON text of programs that write ASCII only. */
function asciiOf(text: string, spelt = (hex: string): string => hex): string {
  return text.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${spelt(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`,
  );
}

function lowerCased(inUrl: string): string {
  return inUrl.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
}

/** As other languages encode, which leave fewer characters as they are. */
function strictlyEncoded(inUrl: string): string {
  return inUrl.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function inHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
