import { isInside } from './virtual-path.ts';

/** Where the proxy is met inside the namespaces. */
const port = 3128;
const folder = '/run/engine';

/** What commands need to reach a proxy outside of their namespaces. */
export interface WayOut {
  readonly binds: readonly { readonly from: string; readonly to: string; readonly write: false }[];
  readonly env: Readonly<Record<string, string>>;
  /** The command that runs `argv` beside a program that passes connections on. */
  around(argv: readonly string[]): readonly [string, ...string[]];
}

/**
 * A way out of namespaces without a network: a program of Node in there takes connections on `127.0.0.1` and passes them on to a Unix
 * socket of this machine. Programs find it by the variables that name a proxy.
 * @param socket path of the socket on this machine.
 */
export function wayOut(socket: string): WayOut {
  const isSystem = isInside('/usr', process.execPath);
  const node = isSystem ? process.execPath : `${folder}/node`;
  const address = `http://127.0.0.1:${port}`;
  return {
    binds: [
      { from: socket, to: `${folder}/proxy`, write: false },
      ...(isSystem ? [] : [{ from: process.execPath, to: node, write: false } as const]),
    ],
    env: {
      ...Object.fromEntries(
        ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [
          [name, address],
          [name.toUpperCase(), address],
        ]),
      ),
      NODE_USE_ENV_PROXY: '1',
    },
    around: (argv) => [node, '-e', program, `${folder}/proxy`, ...argv],
  };
}

/** The fourth descriptor tells the engine that all that was started is gone, so the command gets it too. */
const program = `
const { connect, createServer } = require('node:net');
const { spawn } = require('node:child_process');
const [socket, command, ...args] = process.argv.slice(1);
const passOn = (client) => {
  const proxy = connect({ path: socket, allowHalfOpen: true });
  client.pipe(proxy).pipe(client);
  client.on('error', () => proxy.destroy());
  proxy.on('error', () => client.destroy());
};
createServer({ allowHalfOpen: true }, passOn).listen(${port}, '127.0.0.1', () => {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ignore', 4] });
  child.on('error', () => process.exit(126));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + require('node:os').constants.signals[signal]));
});
`;
