import { InvalidArgumentError, Option, type Command } from 'commander';

/**
 * The option `--server` of a command. The token of the server comes from the environment alone: the words of a command are seen by
 * everybody on the machine, and kept by shells.
 * @param what what the command does there, and what it does without it.
 */
export function serverOption(what: string): Option {
  return new Option('--server <url>', `${what}; its token is read from the variable ENGINE_TOKEN`).argParser(
    addressOf,
  );
}

/** Said to who did not sign in, or tried to in another way. */
export const whereTokenIs = 'the token of --server is read from the variable ENGINE_TOKEN';

/** Options that say where runs or messages are, and how they are printed; the same on every level, so that they may stand anywhere in the line. */
export function withPlace(
  command: Command,
  what = 'at this server; default: in the store of the project',
): Command {
  return command
    .addOption(serverOption(what))
    .option('-p, --project <folder>', 'project folder', '.')
    .option('--json', 'print JSON');
}

function addressOf(text: string): string {
  if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  const address = `http://${text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')}`;
  const meant = URL.canParse(address) ? address : 'http://127.0.0.1:8000';
  throw new InvalidArgumentError(`Write "${meant}".`);
}
