import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem } from '../../core/problem.ts';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** What the addresses of its routes begin with. */
  readonly url: string;
}

/**
 * Listens. Throws Problem `port_in_use`, `invalid_request` for an address that this machine does not have.
 * @param report hears of what fails later, such as a connection that cannot be accepted because too many files are open; the server
 * goes on.
 */
export async function listen(
  http: Server,
  host: string,
  port: number,
  report: (thrown: unknown, request: object) => unknown = () => undefined,
): Promise<Address> {
  const address = host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, '');
  http.listen(port, address);
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Problem(
              'port_in_use',
              `port ${port} of ${address} is in use; choose another one, or 0 for a free one`,
            )
          : new Problem(
              'invalid_request',
              `cannot listen on port ${port} of "${address}": ${error.message}`,
              {
                cause: error,
              },
            ),
      );
    };
    http.once('error', refused);
    http.once('listening', () => {
      http.off('error', refused);
      resolve();
    });
  });
  http.on('error', (thrown) => report(thrown, {}));
  const bound = http.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { host: bound.address, port: bound.port, url: `http://${shown}:${bound.port}` };
}
