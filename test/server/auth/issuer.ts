import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

/** An issuer of tokens, with its keys at an address of this machine. */
export interface Issuer {
  readonly url: string;
  /** How often the keys were asked for. */
  fetches(): number;
  /** Adds a key and signs with it from now on. */
  rotate(): Promise<void>;
  /** Answers like this instead of with the keys. */
  answer(other: Reply | undefined): void;
  /** A token for ann, for five minutes, for everything; claims and header change it. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
    key?: CryptoKey | Uint8Array,
  ): Promise<string>;
  /** The public key as an application would download it. */
  publicKey(): Promise<JWK>;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly location?: string;
}

/** Starts an issuer. */
export async function startIssuer(): Promise<Issuer> {
  const keys: { kid: string; privateKey: CryptoKey; jwk: JWK }[] = [];
  let fetched = 0;
  let other: Reply | undefined;
  const server = createServer((_request, response) => {
    fetched += 1;
    const { status, body, location } = other ?? {
      status: 200,
      body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }),
    };
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  });
  const rotate = async (): Promise<void> => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const kid = `key-${keys.length}`;
    keys.push({ kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } });
  };
  await rotate();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    fetches: () => fetched,
    rotate,
    answer: (reply) => void (other = reply),
    async token(claims = {}, header = {}, key) {
      const last = keys.at(-1);
      if (last === undefined) throw new Error('no key');
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        ...{ iss: url, aud: 'engine', sub: 'ann', iat: now, exp: now + 300 },
        ...{ scope: 'agents workflows runs approvals', ...claims },
      };
      const jwt = new SignJWT(
        Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)),
      );
      return jwt.setProtectedHeader({ alg: 'RS256', kid: last.kid, ...header }).sign(key ?? last.privateKey);
    },
    publicKey: () => Promise.resolve(keys.at(-1)?.jwk ?? {}),
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}
