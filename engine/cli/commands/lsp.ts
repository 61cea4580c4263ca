import { startLanguageServer } from '../../lsp/index.ts';
import { readRulePages } from '../rule-pages.ts';
import type { Terminal } from '../terminal.ts';
import { readVersion } from '../../bind/read-version.ts';

/**
 * Serves an editor over stdin and stdout until it goes away; the process ends with it: with 0 after a shutdown, else with 1. A fault
 * of the server is written to stderr and ends nothing.
 */
export function lsp({ err }: Terminal): Promise<number> {
  // What a library prints would break the protocol.
  console.log = console.info = console.debug = (...said: unknown[]) => err.line(said.map(String).join(' '));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.removeAllListeners(event);
    process.on(event, (thrown: unknown) => {
      err.line(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    });
  }
  startLanguageServer({
    input: process.stdin,
    output: process.stdout,
    version: readVersion(),
    pages: readRulePages().then((pages) => new Map(pages.map((page) => [page.rule, page]))),
  });
  return new Promise<never>(() => undefined);
}
