import type { SessionPorts } from '../session/index.ts';

/** The ports of an engine, whose Program can become another one. */
export interface LivePorts {
  /** Always those of the Program that is at work now. */
  readonly ports: SessionPorts;
  /** Puts those of another Program in their place, at once. */
  use(next: SessionPorts): void;
}

/** Ports that begin as those of one Program. */
export function createLivePorts(first: SessionPorts): LivePorts {
  let current = first;
  const keys = Object.keys(first) as (keyof SessionPorts)[];
  const getters = Object.fromEntries(
    keys.map((key) => [key, { get: () => current[key], enumerable: true } satisfies PropertyDescriptor]),
  );
  return {
    ports: Object.defineProperties({}, getters) as SessionPorts,
    use: (next) => void (current = next),
  };
}
