import type { AddressInfo } from 'node:net';
import { answerMessages } from './processes.ts';
import { serveBare } from './serve-bare.ts';
import { serveEngine } from './serve-engine.ts';

/** What a subject is asked: to serve, or what it has used so far. */
export type SubjectAsked = { readonly serve: 'bare' | 'memory' | 'sqlite' } | { readonly usage: true };

/** Where a subject serves; the folder is to be removed in the end. */
export interface Served {
  readonly url: string;
  readonly folder?: string;
}

/** Processor time of all threads in milliseconds, and memory in bytes. */
export interface Used {
  readonly cpuMs: number;
  readonly rss: number;
}

// The process of one server.
answerMessages(async (asked: SubjectAsked): Promise<Served | Used> => {
  if ('usage' in asked) {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() };
  }
  if (asked.serve !== 'bare') return serveEngine(asked.serve);
  const server = serveBare();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
